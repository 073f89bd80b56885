import { useQuery } from '@connectrpc/connect-query'

import { useSession } from '@/auth'
import { type Account, AccountQueryService } from '@/gen/picasso/queries/v1/account_pb'

/** One's own public account; undefined while it is not known and for those who have none. */
export function useMyAccount(): Account | undefined {
  const session = useSession()
  return useQuery(AccountQueryService.method.getMyAccount, {}, { enabled: session !== undefined }).data?.account
}
