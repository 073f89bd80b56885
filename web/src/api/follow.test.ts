import { Code } from '@connectrpc/connect'
import { afterEach, expect, test, vi } from 'vitest'

import { refuse } from '@/test/refuse'

import { follow, MOST_BREAKS } from './follow'

afterEach(() => vi.useRealTimers())

const LAST = 'granted'
const busy = refuse('OVERLOADED', Code.ResourceExhausted)

async function* stream(answers: (string | Error)[]) {
  for (const answer of answers) {
    if (answer instanceof Error) throw answer
    yield await Promise.resolve(answer)
  }
}

/** Follows streams of which each says something and then ends, or breaks if the last it says is an error. */
async function followed(streams: (string | Error)[][], answerAsked = 'open') {
  const heard: string[] = []
  const pauses: number[] = []
  let opened = 0
  const isOver = await follow<string>({
    open: () => stream(streams[opened++] ?? []),
    tell: (answer) => heard.push(answer) > 0 && answer === LAST,
    ask: () => Promise.resolve(answerAsked === LAST),
    signal: new AbortController().signal,
    pause: (ms) => {
      pauses.push(ms)
      return Promise.resolve()
    },
  })
  return { isOver, heard, pauses, opened }
}

test('every answer is told until the last', async () => {
  const { isOver, heard, opened } = await followed([['open', 'open', LAST]])
  expect(isOver).toBe(true)
  expect(heard).toEqual(['open', 'open', LAST])
  expect(opened).toBe(1)
})

test('a stream that ended or broke is opened again', async () => {
  const { isOver, opened } = await followed([['open', 'open'], ['open', busy], [LAST]])
  expect(isOver).toBe(true)
  expect(opened).toBe(3)
})

test('who may follow no more hears by asking', async () => {
  expect(await followed([[busy]], LAST)).toMatchObject({ isOver: true, heard: [], opened: 1 })
})

test('a stream that does not last is tried again later each time, and given up in the end', async () => {
  const { isOver, pauses } = await followed(Array.from({ length: 20 }, () => ['open', busy]))
  expect(isOver).toBe(false)
  expect(pauses).toHaveLength(MOST_BREAKS)
  expect(pauses.slice(0, 5)).toEqual([1000, 2000, 4000, 8000, 15000])
})

test('a stream that has lasted starts the count anew', async () => {
  const short = Array.from({ length: MOST_BREAKS - 1 }, () => [busy])
  const { isOver, opened } = await followed([...short, ['open', 'open'], ...short.slice(1), [LAST]])
  expect(isOver).toBe(true)
  expect(opened).toBe(2 * MOST_BREAKS - 1)
})

test('what there is not is not asked for again', async () => {
  expect(await followed([[refuse('PURCHASE_NOT_FOUND', Code.NotFound)]])).toMatchObject({
    isOver: false,
    opened: 1,
  })
})

test('a stream that falls silent is dead', async () => {
  vi.useFakeTimers()
  let opened = 0
  const following = follow<string>({
    open: async function* (signal) {
      if (++opened === 2) yield LAST
      await new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(busy)))
    },
    tell: (answer) => answer === LAST,
    ask: () => Promise.resolve(false),
    signal: new AbortController().signal,
    pause: () => Promise.resolve(),
  })
  await vi.advanceTimersByTimeAsync(39_000)
  expect(opened).toBe(1)
  await vi.advanceTimersByTimeAsync(2_000)
  expect(await following).toBe(true)
})

test('nobody waits any more: all ends', async () => {
  const stop = new AbortController()
  const following = follow<string>({
    open: () => stream(['open', busy]),
    tell: () => false,
    ask: () => Promise.reject(new Error('asked')),
    signal: stop.signal,
    pause: () => {
      stop.abort()
      return Promise.resolve()
    },
  })
  expect(await following).toBe(false)
})
