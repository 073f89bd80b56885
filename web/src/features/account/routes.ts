import { createRoute, lazyRouteComponent } from '@tanstack/react-router'

import { needsAccount } from '@/app/guards'
import { rootRoute } from '@/app/rootRoute'

const settings = createRoute({
  getParentRoute: () => rootRoute,
  path: '/settings',
  beforeLoad: needsAccount,
  component: lazyRouteComponent(() => import('./SettingsPage'), 'SettingsPage'),
})

export const accountRoutes = [settings] as const
