import { Code, createRouterTransport } from '@connectrpc/connect'
import { TransportProvider } from '@connectrpc/connect-query'
import { QueryClientProvider } from '@tanstack/react-query'
import { act, renderHook, waitFor } from '@testing-library/react'
import { expect, test, vi } from 'vitest'

import { createQueryClient } from '@/api/queryClient'
import { OrderQueryService, OrderStatus } from '@/gen/picasso/queries/v1/order_pb'
import { refuse } from '@/test/refuse'

import { useOrder } from './useOrder'

const answer = (status: OrderStatus) => ({ order: { purchaseId: 'p', status } })

/** The hook before a server with an order that stands like this when it is asked, and then goes on like that. */
function followed(asked: OrderStatus, changes: (ended: AbortSignal) => AsyncIterable<ReturnType<typeof answer>>) {
  const calls = { asked: 0, followed: 0 }
  const transport = createRouterTransport(({ service }) => {
    service(OrderQueryService, {
      getOrder: () => {
        calls.asked++
        return answer(asked)
      },
      watchOrder: (_request, { signal }) => {
        calls.followed++
        return changes(signal)
      },
    })
  })
  const queries = createQueryClient(vi.fn())
  const { result, unmount } = renderHook(() => useOrder('p'), {
    wrapper: ({ children }) => (
      <TransportProvider transport={transport}>
        <QueryClientProvider client={queries}>{children}</QueryClientProvider>
      </TransportProvider>
    ),
  })
  return { result, unmount, calls }
}

test('what the stream says is shown, without asking again', async () => {
  const { result, calls } = followed(OrderStatus.STARTED, async function* () {
    yield await Promise.resolve(answer(OrderStatus.OPEN))
    yield answer(OrderStatus.GRANTED)
  })
  await waitFor(() => expect(result.current.order?.status).toBe(OrderStatus.GRANTED))
  expect(calls).toEqual({ asked: 1, followed: 1 })
  expect(result.current.hasGivenUp).toBe(false)
})

test('an order that has ended is not followed', async () => {
  const { result, calls } = followed(OrderStatus.CLOSED, () => {
    throw new Error('followed')
  })
  await waitFor(() => expect(result.current.order?.status).toBe(OrderStatus.CLOSED))
  expect(calls.followed).toBe(0)
})

test('who is told that there is no such order any more has given up, and may try again', async () => {
  const { result, calls } = followed(OrderStatus.OPEN, () => {
    throw refuse('PURCHASE_NOT_FOUND', Code.NotFound)
  })
  await waitFor(() => expect(result.current.hasGivenUp).toBe(true))
  act(() => result.current.followAgain())
  await waitFor(() => expect(calls.followed).toBe(2))
})

test('who leaves the page ends the stream', async () => {
  let signal: AbortSignal | undefined
  const { unmount } = followed(OrderStatus.OPEN, async function* (ended) {
    signal = ended
    yield answer(OrderStatus.OPEN)
    await new Promise((resolve) => ended.addEventListener('abort', resolve))
  })
  await waitFor(() => expect(signal?.aborted).toBe(false))
  unmount()
  await waitFor(() => expect(signal?.aborted).toBe(true))
})
