import { createRouter } from '@tanstack/react-router'

import { accountRoutes } from '@/features/account/routes'
import { authRoutes } from '@/features/auth/routes'
import { exploreRoutes } from '@/features/explore/routes'
import { libraryRoutes } from '@/features/library/routes'
import { opsRoutes } from '@/features/ops/routes'
import { likedRoutes } from '@/features/liked/routes'
import { orderRoutes } from '@/features/orders/routes'
import { pictureRoutes } from '@/features/picture/routes'
import { sellingRoutes } from '@/features/selling/routes'
import { studioRoutes } from '@/features/studio/routes'
import { uploadRoutes } from '@/features/upload/routes'

import { BrokenPage } from './BrokenPage'
import { PendingPage } from './PendingPage'
import { rootRoute, type RouterContext } from './rootRoute'

// A feature's pages: one line here.
const routeTree = rootRoute.addChildren([
  ...exploreRoutes,
  ...pictureRoutes,
  ...likedRoutes,
  ...uploadRoutes,
  ...studioRoutes,
  ...authRoutes,
  ...accountRoutes,
  ...orderRoutes,
  ...libraryRoutes,
  ...sellingRoutes,
  ...opsRoutes,
])

export function createAppRouter(context: RouterContext) {
  const router = createRouter({
    routeTree,
    context,
    defaultPreload: 'intent',
    defaultErrorComponent: BrokenPage,
    defaultPendingComponent: PendingPage,
    scrollRestoration: true,
  })
  router.subscribe('onResolved', ({ fromLocation, pathChanged }) => {
    // Not at the first page: the focus belongs to the browser there.
    if (fromLocation && pathChanged) focusContent()
  })
  // Who signs in, out, or in another tab as somebody else sees other answers, and may not stay on some pages.
  context.identity.subscribe(() => {
    void context.queries.resetQueries()
    void router.invalidate()
  })
  return router
}

/** A screen reader goes on from the new page's heading, not from where the old page's link was. */
function focusContent() {
  const main = document.getElementById('main')
  const heading = main?.querySelector<HTMLElement>('h1') ?? main
  heading?.focus({ preventScroll: true })
}

export type AppRouter = ReturnType<typeof createAppRouter>

declare module '@tanstack/react-router' {
  interface Register {
    router: AppRouter
  }
}
