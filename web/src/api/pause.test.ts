import { afterEach, beforeEach, expect, test, vi } from 'vitest'

import { backoffMs, pause } from './pause'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

test('one waits longer each time, up to a limit', () => {
  expect([0, 1, 2, 3, 4, 40].map(backoffMs)).toEqual([1_000, 2_000, 4_000, 8_000, 15_000, 15_000])
})

test('a pause ends when its time is over', async () => {
  const ended = vi.fn()
  void pause(1_000, new AbortController().signal).then(ended)
  await vi.advanceTimersByTimeAsync(999)
  expect(ended).not.toHaveBeenCalled()
  await vi.advanceTimersByTimeAsync(1)
  expect(ended).toHaveBeenCalledOnce()
})

test('a pause ends early when nobody waits any more, also if that was so from the beginning', async () => {
  const stop = new AbortController()
  const ended = pause(60_000, stop.signal)
  stop.abort()
  await ended
  await pause(60_000, stop.signal)
  expect(vi.getTimerCount()).toBe(0)
})
