import type { Transport } from '@connectrpc/connect'
import type { QueryClient } from '@tanstack/react-query'
import { createRootRouteWithContext } from '@tanstack/react-router'

import type { Identity } from '@/auth'

import { BrokenPage } from './BrokenPage'
import { NotFoundPage } from './NotFoundPage'
import { Shell } from './Shell'

/** What a route may use before it shows anything. */
export interface RouterContext {
  identity: Identity
  queries: QueryClient
  transport: Transport
}

/** The parent of every page; features hang their routes onto it. */
export const rootRoute = createRootRouteWithContext<RouterContext>()({
  component: Shell,
  errorComponent: BrokenPage,
  notFoundComponent: NotFoundPage,
})
