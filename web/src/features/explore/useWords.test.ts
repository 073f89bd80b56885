import { act, renderHook } from '@testing-library/react'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'

import { PAUSE_MS, useWords } from './useWords'

beforeEach(() => vi.useFakeTimers())
afterEach(() => vi.useRealTimers())

function setUp() {
  const tell = vi.fn<(words: string) => void>()
  const { result, rerender } = renderHook(({ said }) => useWords(said, tell), { initialProps: { said: '' } })
  const type = (text: string) =>
    act(() => {
      result.current.type(text)
    })
  const pause = () =>
    act(() => {
      vi.advanceTimersByTime(PAUSE_MS)
    })
  const say = (said: string) => rerender({ said })
  return { tell, result, type, pause, say }
}

test('words are told when somebody pauses, once, and spaces alone are no change', () => {
  const { tell, type, pause } = setUp()
  type('se')
  type('sea')
  expect(tell).not.toHaveBeenCalled()
  pause()
  type('sea ')
  pause()
  expect(tell.mock.calls).toEqual([['sea']])
})

test('what is typed while the page follows is kept', () => {
  const { result, type, pause, say } = setUp()
  type('sea')
  pause()
  type('seal')
  say('sea')
  expect(result.current.text).toBe('seal')
})

test('what the address says after Back takes the place of what was typed', () => {
  const { tell, result, type, pause, say } = setUp()
  type('sea')
  pause()
  say('sea')
  say('')
  pause()
  expect(result.current.text).toBe('')
  expect(tell).toHaveBeenCalledTimes(1)
})

test('Enter tells at once, and the pause after it nothing more', () => {
  const { tell, result, type, pause } = setUp()
  type('sea')
  act(() => {
    result.current.tellNow()
  })
  pause()
  expect(tell.mock.calls).toEqual([['sea']])
})
