import { createRoute, lazyRouteComponent } from '@tanstack/react-router'

import { needsAccount } from '@/app/guards'
import { rootRoute } from '@/app/rootRoute'

const library = createRoute({
  getParentRoute: () => rootRoute,
  path: '/library',
  beforeLoad: needsAccount,
  component: lazyRouteComponent(() => import('./LibraryPage'), 'LibraryPage'),
})

export const libraryRoutes = [library] as const
