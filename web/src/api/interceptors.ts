import { Code, ConnectError, type Interceptor, type StreamRequest, type UnaryRequest } from '@connectrpc/connect'
import { v7 as uuidv7 } from 'uuid'

import type { Order } from '@/gen/picasso/queries/v1/order_pb'
import type { Position, Receipt } from '@/gen/picasso/types/v1/types_pb'

import type { Positions } from './positions'
import { CORRELATION_ID, refusalOf } from './refusal'

type Request = UnaryRequest | StreamRequest

/** One id per call, to find it in the server's log and in its traces. */
export const correlate: Interceptor = (next) => async (request) => {
  const id = uuidv7()
  request.header.set(CORRELATION_ID, id)
  request.header.set('traceparent', `00-${id.replaceAll('-', '')}-${spanId()}-01`)
  try {
    return await next(request)
  } catch (error) {
    const failure = ConnectError.from(error)
    failure.metadata.set(CORRELATION_ID, id)
    throw failure
  }
}

function spanId() {
  return Array.from(crypto.getRandomValues(new Uint8Array(8)), (byte) => byte.toString(16).padStart(2, '0')).join(
    '',
  )
}

export type Tokens = (options?: { renew: boolean }) => Promise<string | undefined>

/** Sends the ID token, and once a renewed one when the server does not take it: it has expired, or keys have changed. */
export function authorize(tokens: Tokens): Interceptor {
  const token: Tokens = (options) =>
    tokens(options).catch((cause: unknown) => {
      throw new ConnectError('sign-in did not answer', Code.Unavailable, undefined, undefined, cause)
    })
  const send = (request: Request, value: string | undefined) => {
    if (value === undefined) request.header.delete('authorization')
    else request.header.set('authorization', `Bearer ${value}`)
  }
  return (next) => async (request) => {
    const sent = await token()
    send(request, sent)
    try {
      return await next(request)
    } catch (error) {
      if (request.stream || sent === undefined || refusalOf(error).code !== Code.Unauthenticated) throw error
      const renewed = await token({ renew: true })
      // Who cannot be signed in by this any more hears why, not that they did not sign in.
      if (renewed === undefined) throw error
      send(request, renewed)
      return next(request)
    }
  }
}

/**
 * Notes where commands were recorded and how far an order was told, and has queries wait until they have seen that:
 * what was done or shown once is never missing on the next page.
 */
export function readNoLess(positions: Positions): Interceptor {
  return (next) => async (request) => {
    try {
      return await noting(next)(waiting(request))
    } catch (error) {
      if (request.stream || refusalOf(error).reason !== 'UNKNOWN_POSITION') throw error
      positions.forget()
      return noting(next)(waiting(request))
    }
  }

  function waiting(request: Request): Request {
    if (!('minPosition' in request.method.input.field)) return request
    const wait = <M extends object>(message: M) =>
      Object.assign(message, { minPosition: positions.all() } satisfies Waits)
    if (!request.stream) {
      wait(request.message)
      return request
    }
    const { message } = request
    return {
      ...request,
      message: (async function* () {
        for await (const one of message) yield wait(one)
      })(),
    }
  }

  function noting(next: ReturnType<Interceptor>): ReturnType<Interceptor> {
    return async (request) => {
      const response = await next(request)
      if (!response.stream) {
        note(response.message as Telling)
        return response
      }
      const { message } = response
      return {
        ...response,
        message: (async function* () {
          for await (const one of message) {
            note(one as Telling)
            yield one
          }
        })(),
      }
    }
  }

  function note({ receipt, order }: Telling) {
    for (const told of [receipt, order]) if (told?.position) positions.note(told.position)
  }
}

interface Waits {
  minPosition: Position[]
}

/** What of an answer names a position. */
interface Telling {
  receipt?: Pick<Receipt, 'position'>
  order?: Pick<Order, 'position'>
}
