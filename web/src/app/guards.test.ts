import { Code, createRouterTransport } from '@connectrpc/connect'
import { QueryClient } from '@tanstack/react-query'
import { expect, test } from 'vitest'

import { type Identity, type Session } from '@/auth'
import { AccountQueryService } from '@/gen/picasso/queries/v1/account_pb'
import { refuse } from '@/test/refuse'

import { needsAccount } from './guards'

const ANN: Session = { userId: 'u1', email: 'ann@example.org', roles: [] }

function arriving(session: Session | undefined, getMyAccount: () => object) {
  const transport = createRouterTransport(({ service }) => {
    service(AccountQueryService, { getMyAccount })
  })
  const identity = { session: () => session } as Identity
  const queries = new QueryClient({ defaultOptions: { queries: { retry: false } } })
  return needsAccount({ context: { identity, queries, transport }, location: { href: '/upload?x=1' } })
}

const never = () => {
  throw new Error('must not be asked')
}

test('who is not signed in is led to sign-in, and back', async () => {
  const options = { to: '/sign-in', search: { next: '/upload?x=1' } }
  await expect(arriving(undefined, never)).rejects.toMatchObject({ options })
})

test('who has no account is led to registration, and back', async () => {
  const options = { to: '/register', search: { next: '/upload?x=1' } }
  const none = () => {
    throw refuse('ACCOUNT_NOT_FOUND', Code.NotFound)
  }
  await expect(arriving(ANN, none)).rejects.toMatchObject({ options })
})

test('who has an account goes on', async () => {
  await expect(arriving(ANN, () => ({ account: { handle: 'ann' } }))).resolves.toBeUndefined()
})

test('an outage is no missing account', async () => {
  const off = () => {
    throw refuse('SERVICE_UNAVAILABLE', Code.Unavailable)
  }
  await expect(arriving(ANN, off)).rejects.toMatchObject({ code: Code.Unavailable })
})
