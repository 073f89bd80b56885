import { Code } from '@connectrpc/connect'
import { expect, test, vi } from 'vitest'

import { refuse } from '@/api/refuse'

import { NOTHING_SAID } from './details'
import { FileUnreadable, type Facts } from './inspect'
import { AT_ONCE } from './turns'
import { newUpload, type Ticket } from './upload'
import { Uploader, type Work } from './uploader'

const FACTS: Facts = { sha256: 'ab', width: 4, height: 3 }
const WISH = { publish: true, details: NOTHING_SAID }
const OFF = () => refuse('SERVICE_UNAVAILABLE', Code.Unavailable)
const STALE = () => refuse('LINK_EXPIRED', Code.FailedPrecondition)

const ticket = (): Ticket => ({ pictureId: 'p', token: 't', url: '/u', headers: {}, expiresAtMs: Infinity })
const files = (count: number) =>
  Array.from({ length: count }, (_, index) => newUpload(new File(['x'], `${String(index)}.jpg`)))

/** Everything succeeds at once, unless told otherwise; nobody waits between two attempts. */
function setUp(count: number, work: Partial<Work> = {}) {
  const all = {
    inspect: vi.fn<Work['inspect']>(() => Promise.resolve(FACTS)),
    start: vi.fn<Work['start']>(() => Promise.resolve(ticket())),
    put: vi.fn<Work['put']>(() => Promise.resolve()),
    finish: vi.fn<Work['finish']>(() => Promise.resolve()),
  }
  for (const [name, behave] of Object.entries(work)) all[name as keyof Work].mockImplementation(behave as never)
  const sleep = vi.fn(() => Promise.resolve())
  const uploader = new Uploader(all, sleep)
  const uploads = files(count)
  uploader.dispatch({ type: 'added', uploads })
  const steps = () => uploader.state().uploads.map(({ step }) => step)
  const one = () => uploader.state().uploads[0]
  return { ...all, sleep, uploader, steps, one, ids: uploads.map(({ id }) => id) }
}

/** Never ends by itself; tells when it is aborted. */
const forEver = (signal: AbortSignal) =>
  new Promise<never>((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error))
  })

test('a file is checked and sent by itself, and recorded when that is wished', async () => {
  const { uploader, steps, finish, ids } = setUp(1)
  await vi.waitFor(() => expect(steps()).toEqual(['sent']))
  expect(finish).not.toHaveBeenCalled()
  uploader.dispatch({ type: 'wished', id: ids[0] ?? '', wish: WISH })
  await vi.waitFor(() => expect(steps()).toEqual(['published']))
})

test('what is wished while a file is being sent is done afterwards', async () => {
  const { uploader, steps, ids } = setUp(1)
  uploader.dispatch({ type: 'wished', id: ids[0] ?? '', wish: { ...WISH, publish: false } })
  await vi.waitFor(() => expect(steps()).toEqual(['kept']))
})

test('at most three are sent at once, and the next follows when one is done', async () => {
  const ends: (() => void)[] = []
  const { put, steps } = setUp(5, { put: () => new Promise((resolve) => ends.push(resolve)) })
  await vi.waitFor(() => expect(put).toHaveBeenCalledTimes(AT_ONCE))
  await vi.waitFor(() => expect(steps()).toEqual(['sending', 'sending', 'sending', 'queued', 'queued']))
  ends[1]?.()
  await vi.waitFor(() => expect(put).toHaveBeenCalledTimes(AT_ONCE + 1))
  expect(steps()).toEqual(['sending', 'sent', 'sending', 'sending', 'queued'])
})

test('recording and sending share the three places', async () => {
  const { uploader, finish, steps, ids } = setUp(5, { finish: () => new Promise(() => undefined) })
  await vi.waitFor(() => expect(new Set(steps())).toEqual(new Set(['sent'])))
  ids.forEach((id) => uploader.dispatch({ type: 'wished', id, wish: WISH }))
  await vi.waitFor(() => expect(finish).toHaveBeenCalledTimes(AT_ONCE))
  expect(steps().filter((step) => step === 'finishing')).toHaveLength(AT_ONCE)
})

test('stopping aborts what is under way and makes room; going on sends under the same request id', async () => {
  const { uploader, put, start, steps, ids } = setUp(4, { put: (_upload, signal) => forEver(signal) })
  await vi.waitFor(() => expect(put).toHaveBeenCalledTimes(3))
  const signal = put.mock.calls[0]?.[1]
  uploader.dispatch({ type: 'stopped', id: ids[0] ?? '' })
  expect(signal?.aborted).toBe(true)
  await vi.waitFor(() => expect(steps()).toEqual(['stopped', 'sending', 'sending', 'sending']))
  uploader.dispatch({ type: 'removed', ids: [ids[3] ?? ''] })
  uploader.dispatch({ type: 'retried', id: ids[0] ?? '' })
  await vi.waitFor(() => expect(put).toHaveBeenCalledTimes(5))
  expect(put.mock.calls[4]?.[0].requestIds).toEqual(put.mock.calls[0]?.[0].requestIds)
  expect(start).toHaveBeenCalledTimes(4)
})

test('a refused file does not stop the others', async () => {
  const { steps, put } = setUp(3, {
    inspect: ({ name }) =>
      name === '1.jpg'
        ? Promise.reject(refuse('UNSUPPORTED_FORMAT', Code.InvalidArgument))
        : Promise.resolve(FACTS),
  })
  await vi.waitFor(() => expect(steps()).toEqual(['sent', 'failed', 'sent']))
  expect(put).toHaveBeenCalledTimes(2)
})

test('an outage is waited out, under the same request ids', async () => {
  const failing = [OFF(), OFF()]
  const { start, sleep, steps, one } = setUp(1, {
    start: () => {
      const error = failing.pop()
      return error ? Promise.reject(error) : Promise.resolve(ticket())
    },
  })
  const whileAsleep: unknown[] = []
  sleep.mockImplementation(() => Promise.resolve(void whileAsleep.push(one()?.isPaused)))
  await vi.waitFor(() => expect(steps()).toEqual(['sent']))
  expect(new Set(start.mock.calls.map(([upload]) => upload.requestIds.start)).size).toBe(1)
  expect(sleep.mock.calls).toHaveLength(2)
  expect(whileAsleep).toEqual([true, true])
  expect(one()?.isPaused).toBe(false)
})

test('after a long outage one may try again, under the same request ids', async () => {
  let isOff = true
  const { uploader, finish, steps, ids, one } = setUp(1, {
    finish: () => (isOff ? Promise.reject(OFF()) : Promise.resolve()),
  })
  uploader.dispatch({ type: 'wished', id: ids[0] ?? '', wish: WISH })
  await vi.waitFor(() => expect(steps()).toEqual(['failed']))
  expect(one()?.wish).toBe(WISH)
  isOff = false
  uploader.retryWhatPasses()
  await vi.waitFor(() => expect(steps()).toEqual(['published']))
  expect(new Set(finish.mock.calls.map(([upload]) => upload.requestIds.finish)).size).toBe(1)
})

test('refused words may be changed, and are then another command', async () => {
  const { uploader, finish, put, steps, ids, one } = setUp(1)
  finish.mockRejectedValueOnce(refuse('INVALID_VALUE', Code.InvalidArgument, { field: 'title' }))
  uploader.dispatch({ type: 'wished', id: ids[0] ?? '', wish: WISH })
  await vi.waitFor(() => expect(one()?.failure).toBeDefined())
  expect(one()).toMatchObject({ step: 'sent', wish: undefined })
  uploader.dispatch({ type: 'wished', id: ids[0] ?? '', wish: WISH })
  await vi.waitFor(() => expect(steps()).toEqual(['published']))
  expect(new Set(finish.mock.calls.map(([upload]) => upload.requestIds.finish)).size).toBe(2)
  expect(put).toHaveBeenCalledTimes(1)
})

test('who writes for longer than a ticket lasts has the file sent again under a new one, once', async () => {
  const { uploader, finish, put, start, steps, ids } = setUp(1)
  finish.mockRejectedValueOnce(STALE())
  uploader.dispatch({ type: 'wished', id: ids[0] ?? '', wish: WISH })
  await vi.waitFor(() => expect(steps()).toEqual(['published']))
  expect(put).toHaveBeenCalledTimes(2)
  expect(new Set(start.mock.calls.map(([upload]) => upload.requestIds.start)).size).toBe(2)
})

test('tickets that are always too old do not send for ever', async () => {
  const { put, steps } = setUp(1, { put: () => Promise.reject(STALE()) })
  await vi.waitFor(() => expect(steps()).toEqual(['failed']))
  expect(put).toHaveBeenCalledTimes(2)
})

test('a picture that is recorded but cannot be published is kept, and not sent a second time', async () => {
  const { uploader, put, steps, ids, one } = setUp(1, {
    finish: (_upload, onRecorded) => {
      onRecorded()
      return Promise.reject(refuse('PICTURE_WITHDRAWN', Code.FailedPrecondition))
    },
  })
  uploader.dispatch({ type: 'wished', id: ids[0] ?? '', wish: WISH })
  await vi.waitFor(() => expect(steps()).toEqual(['kept']))
  expect(one()?.failure).toBeDefined()
  uploader.retryWhatPasses()
  expect(put).toHaveBeenCalledTimes(1)
})

test('a file that has changed since begins anew', async () => {
  const { uploader, put, inspect, steps, ids } = setUp(1)
  put.mockRejectedValueOnce(refuse('UPLOAD_WRONG_DIGEST', Code.InvalidArgument))
  await vi.waitFor(() => expect(steps()).toEqual(['failed']))
  uploader.dispatch({ type: 'retried', id: ids[0] ?? '' })
  await vi.waitFor(() => expect(steps()).toEqual(['sent']))
  expect(inspect).toHaveBeenCalledTimes(2)
})

test('a file that cannot be read is not tried again when the network is back', async () => {
  const { uploader, inspect, steps } = setUp(1, { inspect: () => Promise.reject(new FileUnreadable('gone')) })
  await vi.waitFor(() => expect(steps()).toEqual(['failed']))
  uploader.retryWhatPasses()
  expect(steps()).toEqual(['failed'])
  expect(inspect).toHaveBeenCalledTimes(1)
})

test('nothing goes on for somebody who has signed out', async () => {
  const { uploader, put } = setUp(1, { put: (_upload, signal) => forEver(signal) })
  await vi.waitFor(() => expect(put).toHaveBeenCalledTimes(1))
  uploader.stop()
  uploader.dispatch({ type: 'added', uploads: files(1) })
  expect(put.mock.calls[0]?.[1].aborted).toBe(true)
  expect(uploader.state().uploads).toEqual([])
})
