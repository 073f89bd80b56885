import { createRoute, lazyRouteComponent } from '@tanstack/react-router'

import { needsAccount } from '@/app/guards'
import { rootRoute } from '@/app/rootRoute'

const upload = createRoute({
  getParentRoute: () => rootRoute,
  path: '/upload',
  beforeLoad: needsAccount,
  component: lazyRouteComponent(() => import('./UploadPage'), 'UploadPage'),
})

export const uploadRoutes = [upload] as const
