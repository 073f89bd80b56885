import { createRoute, lazyRouteComponent } from '@tanstack/react-router'

import { needsAccount } from '@/app/guards'
import { rootRoute } from '@/app/rootRoute'

import { orderSearch } from './state'

/** Where the payment provider sends buyers back to. */
const order = createRoute({
  getParentRoute: () => rootRoute,
  path: '/orders/$purchaseId',
  validateSearch: orderSearch,
  beforeLoad: needsAccount,
  component: lazyRouteComponent(() => import('./OrderPage'), 'OrderPage'),
})

const orders = createRoute({
  getParentRoute: () => rootRoute,
  path: '/orders',
  beforeLoad: needsAccount,
  component: lazyRouteComponent(() => import('./OrdersPage'), 'OrdersPage'),
})

const receipt = createRoute({
  getParentRoute: () => rootRoute,
  path: '/orders/$purchaseId/receipt',
  beforeLoad: needsAccount,
  component: lazyRouteComponent(() => import('./ReceiptPage'), 'ReceiptPage'),
})

export const orderRoutes = [order, receipt, orders] as const
