import { createRoute, lazyRouteComponent } from '@tanstack/react-router'

import { needsSession } from '@/app/guards'
import { rootRoute } from '@/app/rootRoute'

import { lookupOf } from './aggregates'
import { wantedOf } from './replay'

/** The parent of the operators' pages: says so to who is none. */
const ops = createRoute({
  getParentRoute: () => rootRoute,
  path: '/ops',
  beforeLoad: needsSession,
  component: lazyRouteComponent(() => import('./Operators'), 'Operators'),
})

const projections = createRoute({
  getParentRoute: () => ops,
  path: '/',
  component: lazyRouteComponent(() => import('./ProjectionsPage'), 'ProjectionsPage'),
})

const projection = createRoute({
  getParentRoute: () => ops,
  path: '/projections/$name',
  component: lazyRouteComponent(() => import('./ProjectionPage'), 'ProjectionPage'),
})

const events = createRoute({
  getParentRoute: () => ops,
  path: '/events',
  validateSearch: wantedOf,
  component: lazyRouteComponent(() => import('./EventsPage'), 'EventsPage'),
})

const aggregates = createRoute({
  getParentRoute: () => ops,
  path: '/aggregates',
  validateSearch: lookupOf,
  component: lazyRouteComponent(() => import('./AggregatePage'), 'AggregatePage'),
})

export const opsRoutes = [ops.addChildren([projections, projection, events, aggregates])] as const
