import { createRoute, lazyRouteComponent } from '@tanstack/react-router'

import { needsAccount } from '@/app/guards'
import { rootRoute } from '@/app/rootRoute'
import { remembersVisit } from '@/gallery/visit'

const liked = createRoute({
  getParentRoute: () => rootRoute,
  path: '/liked',
  beforeLoad: async (guarded) => {
    await needsAccount(guarded)
    return remembersVisit(guarded)
  },
  component: lazyRouteComponent(() => import('./LikedPage'), 'LikedPage'),
})

export const likedRoutes = [liked] as const
