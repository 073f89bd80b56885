import { onlineManager, QueryClient, QueryClientProvider, useQuery } from '@tanstack/react-query'
import { act, render, screen } from '@testing-library/react'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'

import { en } from '@/i18n/en'
import { I18nProvider } from '@/i18n/I18nProvider'

import { ConnectionBanner, SLOW_MS } from './ConnectionBanner'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => {
  vi.useRealTimers()
  onlineManager.setOnline(true)
})

function show(queryFn: () => Promise<string>) {
  const check = vi.fn()
  const Asking = () => useQuery({ queryKey: ['asked'], queryFn }).data
  render(
    <I18nProvider initial={{ language: 'en', dictionary: en }}>
      <QueryClientProvider client={new QueryClient()}>
        <ConnectionBanner connection={{ check }} />
        <Asking />
      </QueryClientProvider>
    </I18nProvider>,
  )
  return check
}

const after = (ms: number) => act(() => vi.advanceTimersByTimeAsync(ms))
const said = () => screen.getByRole('status').textContent

test('nothing is said while all is well', async () => {
  show(() => Promise.resolve('answer'))
  await after(SLOW_MS)
  expect(said()).toBe('')
})

test('what takes long is told, until it comes', async () => {
  let answer: (text: string) => void = vi.fn()
  show(() => new Promise((resolve) => (answer = resolve)))
  await after(SLOW_MS - 1)
  expect(said()).toBe('')
  await after(1)
  expect(said()).toBe(en.common.slow)
  answer('answer')
  await after(10)
  expect(said()).toBe('')
})

test('while the server cannot be reached that is said, and one may ask for another try', async () => {
  const check = show(() => Promise.resolve('answer'))
  act(() => onlineManager.setOnline(false))
  expect(said()).toContain(en.common.unreachable)
  screen.getByRole('button', { name: en.common.retry }).click()
  expect(check).toHaveBeenCalledOnce()
  act(() => onlineManager.setOnline(true))
  await after(0)
  expect(said()).toBe('')
})
