import { createRoute, lazyRouteComponent } from '@tanstack/react-router'

import { needsAccount } from '@/app/guards'
import { rootRoute } from '@/app/rootRoute'

const studio = createRoute({
  getParentRoute: () => rootRoute,
  path: '/studio',
  beforeLoad: needsAccount,
  component: lazyRouteComponent(() => import('./StudioPage'), 'StudioPage'),
})

const edit = createRoute({
  getParentRoute: () => rootRoute,
  path: '/studio/$id',
  beforeLoad: needsAccount,
  component: lazyRouteComponent(() => import('./EditPage'), 'EditPage'),
})

export const studioRoutes = [studio, edit] as const
