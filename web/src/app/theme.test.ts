import { act, renderHook } from '@testing-library/react'
import { expect, test } from 'vitest'

import { chosenTheme } from './theme'
import { useTheme } from './useTheme'

test('a chosen appearance is kept and shown; the system’s needs no mark', () => {
  const { result } = renderHook(useTheme)
  expect(result.current[0]).toBe('system')
  act(() => result.current[1]('dark'))
  expect([result.current[0], chosenTheme(), document.documentElement.dataset.theme]).toEqual([
    'dark',
    'dark',
    'dark',
  ])
  act(() => result.current[1]('system'))
  expect([chosenTheme(), document.documentElement.dataset.theme]).toEqual(['system', undefined])
})

test('what an older version kept does not matter', () => {
  localStorage.setItem('picasso.theme', 'sepia')
  expect(chosenTheme()).toBe('system')
})
