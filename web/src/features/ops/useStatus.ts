import { useQuery } from '@connectrpc/connect-query'

import { OperationsService } from '@/gen/picasso/operations/v1/operations_pb'

const AGAIN_MS = 2_000

/** How the deployment stands, looked at again and again while somebody looks at the page. */
export function useStatus() {
  return useQuery(OperationsService.method.getStatus, {}, { refetchInterval: AGAIN_MS })
}
