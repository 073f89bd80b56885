import { create } from '@bufbuild/protobuf'
import { createClient } from '@connectrpc/connect'
import { createConnectQueryKey, useQuery, useTransport } from '@connectrpc/connect-query'
import { useQueryClient } from '@tanstack/react-query'
import { useEffect, useState } from 'react'

import { follow } from '@/api/follow'
import { GetOrderResponseSchema, type Order, OrderQueryService } from '@/gen/picasso/queries/v1/order_pb'

import { isFollowed } from './state'

const getOrder = OrderQueryService.method.getOrder

/** One order, kept up to date while something may still happen to it by itself. */
export function useOrder(purchaseId: string) {
  const query = useQuery(getOrder, { purchaseId })
  const order = query.data?.order
  const following = useFollowing(purchaseId, order !== undefined && isFollowed(order), query.refetch)
  return { ...query, ...following, order }
}

type Refetch = () => Promise<{ data?: { order?: Order } }>

function useFollowing(purchaseId: string, isWanted: boolean, refetch: Refetch) {
  const transport = useTransport()
  const queries = useQueryClient()
  const [hasGivenUp, setGivenUp] = useState(false)
  useEffect(() => {
    if (!isWanted || hasGivenUp) return
    const stop = new AbortController()
    const input = { purchaseId }
    const queryKey = createConnectQueryKey({ schema: getOrder, transport, input, cardinality: 'finite' })
    const isLast = (order: Order | undefined) => order !== undefined && !isFollowed(order)
    void follow({
      open: (signal) => createClient(OrderQueryService, transport).watchOrder(input, { signal, timeoutMs: 0 }),
      tell: ({ order }) => {
        queries.setQueryData(queryKey, create(GetOrderResponseSchema, { order }))
        return isLast(order)
      },
      ask: async () => isLast((await refetch()).data?.order),
      signal: stop.signal,
    }).then((isOver) => setGivenUp(!isOver && !stop.signal.aborted), reportError)
    return () => stop.abort()
  }, [hasGivenUp, isWanted, purchaseId, queries, refetch, transport])
  return { hasGivenUp, followAgain: () => setGivenUp(false) }
}
