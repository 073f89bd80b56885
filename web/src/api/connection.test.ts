import { Code, ConnectError, createClient, createRouterTransport } from '@connectrpc/connect'
import { onlineManager } from '@tanstack/react-query'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'

import { AccountQueryService } from '@/gen/picasso/queries/v1/account_pb'
import { refuse } from '@/test/refuse'

import { Connection, observe } from './connection'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => {
  vi.useRealTimers()
  onlineManager.setOnline(true)
})

/** A server that answers when it is told to. */
function server({ isUp = false } = {}) {
  const state = { isUp, asked: 0 }
  const connection = new Connection(() => {
    state.asked++
    return Promise.resolve(state.isUp)
  })
  return { state, connection }
}

test('the server is asked less and less often until it answers', async () => {
  const { state, connection } = server()
  connection.check()
  await vi.advanceTimersByTimeAsync(0)
  expect(onlineManager.isOnline()).toBe(false)
  await vi.advanceTimersByTimeAsync(1_000 + 2_000 + 4_000)
  expect(state.asked).toBe(4)
  state.isUp = true
  await vi.advanceTimersByTimeAsync(8_000)
  expect(onlineManager.isOnline()).toBe(true)
  await vi.advanceTimersByTimeAsync(60_000)
  expect(state.asked).toBe(5)
})

test('doubts in a row are one', async () => {
  const { state, connection } = server({ isUp: true })
  connection.check()
  connection.check()
  await vi.advanceTimersByTimeAsync(0)
  expect(state.asked).toBe(1)
})

test('a doubt alone pauses nothing', async () => {
  const { connection } = server({ isUp: true })
  const heard = vi.fn()
  const unsubscribe = onlineManager.subscribe(heard)
  connection.check()
  await vi.advanceTimersByTimeAsync(0)
  unsubscribe()
  expect(heard).not.toHaveBeenCalled()
})

test('a browser that is online again asks at once; one that says it is offline is not believed unasked', async () => {
  const { state } = server()
  const unsubscribe = onlineManager.subscribe(vi.fn())
  dispatchEvent(new Event('offline'))
  await vi.advanceTimersByTimeAsync(5_000)
  expect(onlineManager.isOnline()).toBe(false)
  state.isUp = true
  dispatchEvent(new Event('online'))
  await vi.advanceTimersByTimeAsync(0)
  expect(onlineManager.isOnline()).toBe(true)
  dispatchEvent(new Event('offline'))
  await vi.advanceTimersByTimeAsync(0)
  expect(onlineManager.isOnline()).toBe(true)
  unsubscribe()
})

test('a call that is answered ends the outage at once, and nobody asks any more', async () => {
  const { state, connection } = server()
  connection.check()
  await vi.advanceTimersByTimeAsync(1_000)
  connection.confirm()
  expect(onlineManager.isOnline()).toBe(true)
  await vi.advanceTimersByTimeAsync(60_000)
  expect(onlineManager.isOnline()).toBe(true)
  expect(state.asked).toBe(2)
})

test('a question that an answered call has overtaken says nothing any more', async () => {
  let answer: (isUp: boolean) => void = vi.fn()
  const probe = vi.fn(() => new Promise<boolean>((resolve) => (answer = resolve)))
  const connection = new Connection(probe)
  connection.check()
  connection.confirm()
  answer(false)
  await vi.advanceTimersByTimeAsync(60_000)
  expect(onlineManager.isOnline()).toBe(true)
  expect(probe).toHaveBeenCalledOnce()
  connection.check()
  answer(false)
  await vi.advanceTimersByTimeAsync(0)
  expect(onlineManager.isOnline()).toBe(false)
})

/** What the connection hears of a call. */
async function heardOf(answer: () => object) {
  const heard = { check: vi.fn(), confirm: vi.fn() }
  const transport = createRouterTransport(
    ({ service }) => {
      service(AccountQueryService, { getMyAccount: answer })
    },
    { transport: { interceptors: [observe(heard)] } },
  )
  await createClient(AccountQueryService, transport)
    .getMyAccount({})
    .catch(() => undefined)
  return { doubts: heard.check.mock.calls.length, answers: heard.confirm.mock.calls.length }
}

test('a call that succeeds confirms the connection', async () => {
  expect(await heardOf(() => ({}))).toEqual({ doubts: 0, answers: 1 })
})

test.each([
  ['no answer', 1, new ConnectError('bad gateway', Code.Unavailable)],
  ['a late answer', 1, new ConnectError('late', Code.DeadlineExceeded)],
  ['a refusal', 0, refuse('SERVICE_UNAVAILABLE', Code.Unavailable)],
])('%s: the connection is doubted %s times and not confirmed', async (_name, doubts, error) => {
  const throws = () => {
    throw error
  }
  expect(await heardOf(throws)).toEqual({ doubts, answers: 0 })
})
