import { callUnaryMethod, createConnectQueryKey } from '@connectrpc/connect-query'
import { redirect } from '@tanstack/react-router'

import { refusalOf } from '@/api/refusal'
import { AccountQueryService } from '@/gen/picasso/queries/v1/account_pb'

import type { RouterContext } from './rootRoute'

interface Guarded {
  context: RouterContext
  location: { href: string }
}

/** `beforeLoad` of pages that need somebody signed in: leads there and back. */
export function needsSession({ context, location }: Guarded) {
  if (!context.identity.session())
    throw redirect({ to: '/sign-in', search: { next: location.href }, replace: true })
}

/** `beforeLoad` of pages that need an account of the marketplace: a handle and a name. */
export async function needsAccount(guarded: Guarded) {
  needsSession(guarded)
  if (await hasAccount(guarded.context)) return
  throw redirect({ to: '/register', search: { next: guarded.location.href }, replace: true })
}

async function hasAccount({ queries, transport }: RouterContext): Promise<boolean> {
  const method = AccountQueryService.method.getMyAccount
  try {
    await queries.query({
      queryKey: createConnectQueryKey({ schema: method, transport, input: {}, cardinality: 'finite' }),
      staleTime: 'static',
      queryFn: ({ signal }) => callUnaryMethod(transport, method, {}, { signal }),
    })
    return true
  } catch (error) {
    if (refusalOf(error).reason === 'ACCOUNT_NOT_FOUND') return false
    throw error
  }
}
