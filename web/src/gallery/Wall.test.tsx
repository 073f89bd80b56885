import { create } from '@bufbuild/protobuf'
import { createMemoryHistory, createRootRoute, createRouter, RouterProvider } from '@tanstack/react-router'
import { QueryClientProvider } from '@tanstack/react-query'
import { createRouterTransport } from '@connectrpc/connect'
import { TransportProvider } from '@connectrpc/connect-query'
import { act, fireEvent, render, screen } from '@testing-library/react'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'

import { createQueryClient } from '@/api/queryClient'
import { IdentityContext } from '@/auth'
import type { Identity } from '@/auth/identity'
import { ViewedPictureSchema } from '@/gen/picasso/queries/v1/gallery_pb'
import { I18nProvider } from '@/i18n/I18nProvider'
import { en } from '@/i18n/en'

import { Wall } from './Wall'

const PICTURES = Array.from({ length: 10_000 }, (_, index) =>
  create(ViewedPictureSchema, {
    picture: {
      pictureId: `p${String(index)}`,
      title: `Picture ${String(index)}`,
      thumbnailLarge: { url: '/t', dimensions: { width: 640, height: 400 + ((index * 37) % 400) } },
    },
  }),
)
/** In a window of 1280 × 800 pixels: four columns of at most five cards, and the rows beyond. */
const AT_MOST = 40

beforeEach(() => {
  vi.stubGlobal('innerHeight', 800)
  vi.spyOn(HTMLElement.prototype, 'getBoundingClientRect').mockReturnValue(new DOMRect(0, 0, 1216, 0))
  vi.stubGlobal(
    'ResizeObserver',
    class {
      readonly #tell: () => void
      constructor(tell: () => void) {
        this.#tell = tell
      }
      observe() {
        queueMicrotask(this.#tell)
      }
      readonly unobserve = vi.fn()
      readonly disconnect = vi.fn()
    },
  )
})
afterEach(() => {
  vi.unstubAllGlobals()
  vi.restoreAllMocks()
})

async function show(onNearEnd?: () => void) {
  const identity = { session: () => undefined, subscribe: () => () => undefined } as unknown as Identity
  const wall = () => <Wall label="Pictures" pictures={PICTURES} hasMore onNearEnd={onNearEnd} />
  const router = createRouter({ routeTree: createRootRoute({ component: wall }), history: createMemoryHistory() })
  render(
    <I18nProvider initial={{ language: 'en', dictionary: en }}>
      <IdentityContext value={identity}>
        <TransportProvider transport={createRouterTransport(() => undefined)}>
          <QueryClientProvider client={createQueryClient(() => undefined)}>
            <RouterProvider router={router as never} />
          </QueryClientProvider>
        </TransportProvider>
      </IdentityContext>
    </I18nProvider>,
  )
  await screen.findByText('Picture 0')
}

function comesFirst(event: 'load' | 'error') {
  const [picture] = all('img')
  if (picture) fireEvent[event](picture)
}

// Not by their roles, which takes seconds for so many.
const all = (selector: string) => [...document.querySelectorAll<HTMLElement>(selector)]
const shown = () => all('li').map((item) => Number(item.getAttribute('aria-posinset')))
const height = () => parseFloat(all('ul')[0]?.style.height ?? '')

async function scrollTo(offset: number) {
  await act(async () => {
    vi.stubGlobal('scrollY', offset)
    window.dispatchEvent(new Event('scroll'))
    await Promise.resolve()
  })
}

test.each(['load', 'error'] as const)(
  'what is beyond the window waits for the first picture (%s)',
  async (event) => {
    await show()
    const seen = shown().length
    comesFirst(event)
    expect(shown().length).toBeGreaterThan(seen)
  },
)

test('of ten thousand pictures only those near the window are in the document, in their order', async () => {
  await show()
  comesFirst('load')
  for (const part of [0, 0.3, 0.7, 0.99, 0.1]) {
    await scrollTo(height() * part)
    const positions = shown()
    expect(positions.length).toBeGreaterThan(4)
    expect(positions.length).toBeLessThanOrEqual(AT_MOST)
    expect(positions).toEqual([...positions].sort((a, b) => a - b))
    expect(Math.abs((positions[0] ?? 0) / PICTURES.length - part)).toBeLessThan(0.05)
  }
})

test('what has the focus stays in the document when it is scrolled away', async () => {
  await show()
  act(() => screen.getByText('Picture 2').focus())
  await scrollTo(200_000)
  expect(document.activeElement?.textContent).toBe('Picture 2')
  expect(shown()[0]).toBe(3)
  expect(shown()[1]).toBeGreaterThan(1000)
})

test('more is asked for near the end, and not before', async () => {
  const onNearEnd = vi.fn()
  await show(onNearEnd)
  expect(onNearEnd).not.toHaveBeenCalled()
  await scrollTo(height())
  expect(onNearEnd).toHaveBeenCalled()
})

test('what is seen at once is loaded before anything else, the others when one gets there', async () => {
  await show()
  const cards = all('li').map((card) => ({
    top: Number(/, (\d+)px\)/.exec(card.style.transform)?.[1]),
    loading: card.querySelector('img')?.getAttribute('loading'),
  }))
  expect(new Set(cards.map(({ loading }) => loading))).toEqual(new Set(['eager', 'lazy']))
  for (const { top, loading } of cards) expect(loading).toBe(top < 800 ? 'eager' : 'lazy')
})
