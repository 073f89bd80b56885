import { createRoute, lazyRouteComponent } from '@tanstack/react-router'

import { needsAccount } from '@/app/guards'
import { rootRoute } from '@/app/rootRoute'

import { sellingSearch } from './days'

const selling = createRoute({
  getParentRoute: () => rootRoute,
  path: '/selling',
  validateSearch: sellingSearch,
  beforeLoad: needsAccount,
  component: lazyRouteComponent(() => import('./SellingPage'), 'SellingPage'),
})

/** Where the payment provider sends sellers back to. */
const payouts = createRoute({
  getParentRoute: () => rootRoute,
  path: '/payouts',
  beforeLoad: needsAccount,
  component: lazyRouteComponent(() => import('./PayoutsPage'), 'PayoutsPage'),
})

export const sellingRoutes = [selling, payouts] as const
