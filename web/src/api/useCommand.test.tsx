import { Code, createRouterTransport } from '@connectrpc/connect'
import { TransportProvider } from '@connectrpc/connect-query'
import { QueryClientProvider, QueryObserver } from '@tanstack/react-query'
import { renderHook, waitFor } from '@testing-library/react'
import type { ReactNode } from 'react'
import { expect, test, vi } from 'vitest'

import { AccountCommandService } from '@/gen/picasso/commands/v1/account_pb'
import { refuse } from '@/test/refuse'

import { createQueryClient } from './queryClient'
import { useCommand } from './useCommand'

const RECEIPT = { receipt: { position: { log: 0, offset: 1n } } }

/** A server that answers as it is told, and the request ids it got. */
function setUp(answer: (call: number) => object) {
  const requestIds: string[] = []
  const registerAccount = ({ requestId }: { requestId: string }) => answer(requestIds.push(requestId))
  const transport = createRouterTransport(({ service }) => {
    service(AccountCommandService, { registerAccount })
  })
  const onRefused = vi.fn()
  const queries = createQueryClient(onRefused)
  queries.setDefaultOptions({ mutations: { retry: false } })
  const wrapper = ({ children }: { children: ReactNode }) => (
    <TransportProvider transport={transport}>
      <QueryClientProvider client={queries}>{children}</QueryClientProvider>
    </TransportProvider>
  )
  const use = () => useCommand(AccountCommandService.method.registerAccount)
  return { requestIds, onRefused, queries, ...renderHook(use, { wrapper }) }
}

test('a double click sends one command', async () => {
  const { result, requestIds } = setUp(() => RECEIPT)
  const { run } = result.current
  expect(await Promise.all([run({ handle: 'ann' }), run({ handle: 'ann' })])).toEqual([true, false])
  expect(requestIds).toHaveLength(1)
})

test('another intent has another request id', async () => {
  const { result, requestIds } = setUp(() => RECEIPT)
  await result.current.run({ handle: 'ann' })
  await result.current.run({ handle: 'ann' })
  expect(new Set(requestIds).size).toBe(2)
})

test('the same again after a lost answer repeats the request id, another wish does not', async () => {
  const { result, requestIds } = setUp((call) => {
    if (call < 3) throw refuse('SERVICE_UNAVAILABLE', Code.Unavailable)
    return RECEIPT
  })
  expect(await result.current.run({ handle: 'ann' })).toBe(false)
  await result.current.run({ handle: 'ann' })
  await result.current.run({ handle: 'ben' })
  expect(requestIds[1]).toBe(requestIds[0])
  expect(requestIds[2]).not.toBe(requestIds[0])
})

test('a refused command is told of, and not repeated under its id', async () => {
  const { result, requestIds, onRefused } = setUp((call) => {
    if (call === 1) throw refuse('HANDLE_TAKEN', Code.AlreadyExists)
    return RECEIPT
  })
  await result.current.run({ handle: 'ann' })
  await waitFor(() => expect(result.current.error).not.toBeNull())
  expect(onRefused).toHaveBeenCalledWith(expect.objectContaining({ code: Code.AlreadyExists }), false)
  await result.current.run({ handle: 'ann' })
  expect(requestIds[1]).not.toBe(requestIds[0])
})

test('an answer that was under way when the command was done is not waited for, though it is the first', async () => {
  const { result, queries } = setUp(() => RECEIPT)
  const answers: ((handle: string) => void)[] = []
  const observer = new QueryObserver(queries, {
    queryKey: ['handle'],
    queryFn: () => new Promise<string>((resolve) => answers.push(resolve)),
  })
  const close = observer.subscribe(() => undefined)
  await result.current.run({ handle: 'ann' })
  await waitFor(() => expect(answers).toHaveLength(2))
  answers[0]?.('nobody')
  answers[1]?.('ann')
  await waitFor(() => expect(observer.getCurrentResult().data).toBe('ann'))
  close()
})
