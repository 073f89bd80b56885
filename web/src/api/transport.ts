import type { Transport } from '@connectrpc/connect'
import { createGrpcWebTransport } from '@connectrpc/connect-web'

import { type Connection, observe } from './connection'
import { authorize, correlate, readNoLess, type Tokens } from './interceptors'
import { Positions } from './positions'

/** Of one call; a stream that goes on for longer is called with `timeoutMs: 0`. */
const DEADLINE_MS = 15_000

export function createTransport(token: Tokens, connection: Connection): Transport {
  return createGrpcWebTransport({
    baseUrl: location.origin,
    useBinaryFormat: true,
    defaultTimeoutMs: DEADLINE_MS,
    interceptors: [observe(connection), readNoLess(new Positions()), authorize(token), correlate],
  })
}
