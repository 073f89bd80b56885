import {
  Code,
  createClient,
  createRouterTransport,
  type HandlerContext,
  type Interceptor,
} from '@connectrpc/connect'
import { beforeEach, expect, test, vi } from 'vitest'

import { AccountCommandService } from '@/gen/picasso/commands/v1/account_pb'
import { AccountQueryService, type GetMyAccountRequest } from '@/gen/picasso/queries/v1/account_pb'
import { type GetDownloadLinkRequest, LibraryQueryService } from '@/gen/picasso/queries/v1/library_pb'
import { OrderQueryService } from '@/gen/picasso/queries/v1/order_pb'
import { refuse } from '@/test/refuse'

import { authorize, correlate, readNoLess } from './interceptors'
import { Positions } from './positions'
import { refusalOf } from './refusal'

beforeEach(() => sessionStorage.clear())

type Answer = (request: GetMyAccountRequest, context: HandlerContext) => object

function clients(interceptors: Interceptor[], getMyAccount: Answer) {
  const transport = createRouterTransport(
    ({ service }) => {
      service(AccountQueryService, { getMyAccount })
      service(AccountCommandService, {
        registerAccount: () => ({ receipt: { position: { log: 2, offset: 40n } } }),
      })
    },
    { transport: { interceptors } },
  )
  return {
    queries: createClient(AccountQueryService, transport),
    commands: createClient(AccountCommandService, transport),
  }
}

test('a call and its failure carry the same correlation id, which is the id of its trace too', async () => {
  let sent = new Headers()
  const { queries } = clients([correlate], (_request, { requestHeader }) => {
    sent = requestHeader
    throw refuse('INTERNAL', Code.Internal)
  })
  const error: unknown = await queries.getMyAccount({}).catch((error: unknown) => error)
  const id = refusalOf(error).correlationId
  expect(id).toMatch(/^[0-9a-f-]{36}$/)
  expect(sent.get('x-correlation-id')).toBe(id)
  expect(sent.get('traceparent')).toMatch(new RegExp(`^00-${id?.replaceAll('-', '') ?? ''}-[0-9a-f]{16}-01$`))
})

test.each(['TOKEN_EXPIRED', 'TOKEN_FORGED'])(
  'after %s the token is renewed and the call sent once more',
  async (reason) => {
    const seen: (string | null)[] = []
    const { queries } = clients(
      [authorize((options) => Promise.resolve(options?.renew ? 'new' : 'old'))],
      (_request, { requestHeader }) => {
        seen.push(requestHeader.get('authorization'))
        if (seen.length === 1) throw refuse(reason, Code.Unauthenticated)
        return {}
      },
    )
    await queries.getMyAccount({})
    expect(seen).toEqual(['Bearer old', 'Bearer new'])
  },
)

test('a token that stays refused is not sent for ever', async () => {
  let calls = 0
  const { queries } = clients([authorize(() => Promise.resolve('old'))], () => {
    calls++
    throw refuse('TOKEN_EXPIRED', Code.Unauthenticated)
  })
  await expect(queries.getMyAccount({})).rejects.toThrow()
  expect(calls).toBe(2)
})

test('who has lost the session hears that the sign-in has expired, and is not asked for a token', async () => {
  let calls = 0
  const tokens = (options?: { renew: boolean }) => Promise.resolve(options?.renew ? undefined : 'old')
  const { queries } = clients([authorize(tokens)], () => {
    calls++
    throw refuse('TOKEN_EXPIRED', Code.Unauthenticated)
  })
  const error: unknown = await queries.getMyAccount({}).catch((error: unknown) => error)
  expect(refusalOf(error).reason).toBe('TOKEN_EXPIRED')
  expect(calls).toBe(1)
})

test('who never signed in is not asked to renew', async () => {
  const tokens = vi.fn(() => Promise.resolve(undefined))
  const { queries } = clients([authorize(tokens)], () => {
    throw refuse('TOKEN_MISSING', Code.Unauthenticated)
  })
  await expect(queries.getMyAccount({})).rejects.toThrow()
  expect(tokens).toHaveBeenCalledOnce()
})

test('an unanswered renewal is an outage, not a call without a token', async () => {
  const { queries } = clients([authorize(() => Promise.reject(new Error('off')))], () => ({}))
  const error: unknown = await queries.getMyAccount({}).catch((error: unknown) => error)
  expect(refusalOf(error).reason).toBe('UNREACHABLE')
})

test('who is not signed in sends no token', async () => {
  let sent: string | null = 'none yet'
  const { queries } = clients([authorize(() => Promise.resolve(undefined))], (_request, { requestHeader }) => {
    sent = requestHeader.get('authorization')
    return {}
  })
  await queries.getMyAccount({})
  expect(sent).toBeNull()
})

test('a query waits for the commands before it', async () => {
  const waited: GetMyAccountRequest['minPosition'][] = []
  const { queries, commands } = clients([readNoLess(new Positions())], ({ minPosition }) => {
    waited.push(minPosition)
    return {}
  })
  await queries.getMyAccount({})
  await commands.registerAccount({ handle: 'ann' })
  await queries.getMyAccount({})
  expect(waited[0]).toEqual([])
  expect(waited[1]).toMatchObject([{ log: 2, offset: 40n }])
})

test.each(['one look', 'following'])('who was told of a grant by %s is told so everywhere', async (how) => {
  const order = { position: { log: 1, offset: 7n } }
  const waited: GetDownloadLinkRequest['minPosition'][] = []
  const transport = createRouterTransport(
    ({ service }) => {
      service(OrderQueryService, {
        getOrder: () => ({ order }),
        async *watchOrder() {
          yield await Promise.resolve({ order })
        },
      })
      service(LibraryQueryService, {
        getDownloadLink: ({ minPosition }) => {
          waited.push(minPosition)
          return {}
        },
      })
    },
    { transport: { interceptors: [readNoLess(new Positions())] } },
  )
  const orders = createClient(OrderQueryService, transport)
  if (how === 'following') for await (const told of orders.watchOrder({})) expect(told.order).toBeDefined()
  else await orders.getOrder({})
  await createClient(LibraryQueryService, transport).getDownloadLink({})
  expect(waited).toMatchObject([[order.position]])
})

test('a server that was set up anew is asked again without the old positions', async () => {
  const positions = new Positions()
  positions.note({ log: 0, offset: 99n })
  const { queries } = clients([readNoLess(positions)], ({ minPosition }) => {
    if (minPosition.length > 0) throw refuse('UNKNOWN_POSITION', Code.InvalidArgument)
    return { account: { handle: 'ann' } }
  })
  expect((await queries.getMyAccount({})).account?.handle).toBe('ann')
  expect(positions.all()).toEqual([])
})
