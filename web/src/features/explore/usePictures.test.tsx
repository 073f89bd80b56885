import { createRouterTransport } from '@connectrpc/connect'
import { TransportProvider } from '@connectrpc/connect-query'
import { QueryClientProvider } from '@tanstack/react-query'
import { act, renderHook, waitFor } from '@testing-library/react'
import type { ReactNode } from 'react'
import { expect, test, vi } from 'vitest'

import { createQueryClient } from '@/api/queryClient'
import { remembersVisit } from '@/gallery/visit'
import { GalleryQueryService, type ListPicturesRequest } from '@/gen/picasso/queries/v1/gallery_pb'

import { usePictures } from './usePictures'

/** A gallery of two pages, which are others each time it is asked: a1 and a2, b1 and b2 … */
function setUp() {
  let asked = 0
  const listPictures = vi.fn(({ pageToken }: ListPicturesRequest) => {
    if (!pageToken) asked += 1
    const pictureId = `${String.fromCharCode(96 + asked)}${pageToken || '1'}`
    return { pictures: [{ picture: { pictureId } }], nextPageToken: pageToken ? '' : '2' }
  })
  const transport = createRouterTransport(({ service }) => service(GalleryQueryService, { listPictures }))
  const queries = createQueryClient(() => undefined)
  const wrapper = ({ children }: { children: ReactNode }) => (
    <TransportProvider transport={transport}>
      <QueryClientProvider client={queries}>{children}</QueryClientProvider>
    </TransportProvider>
  )
  const open = (visit: string) => renderHook(() => usePictures({ order: 'newest' }, visit), { wrapper }).result
  return { open, listPictures, queries }
}

const idsOf = ({ current }: { current: ReturnType<typeof usePictures> }) =>
  current.pictures?.map(({ picture }) => picture?.pictureId)

test('whoever goes back finds all pages as they left them, though something has changed, and nothing is asked', async () => {
  const { open, listPictures, queries } = setUp()
  const left = open('first visit')
  await waitFor(() => expect(idsOf(left)).toEqual(['a1']))
  await act(() => left.current.fetchNextPage())
  await waitFor(() => expect(idsOf(left)).toEqual(['a1', 'a2']))
  await act(() => queries.invalidateQueries({ refetchType: 'none' }))

  const found = open('first visit')
  expect(idsOf(found)).toEqual(['a1', 'a2'])
  expect(found.current.isFetching).toBe(false)
  expect(listPictures).toHaveBeenCalledTimes(2)
})

test('whoever opens the list anew sees its beginning at once, and then how it is now', async () => {
  const { open } = setUp()
  const left = open('first visit')
  await waitFor(() => expect(idsOf(left)).toEqual(['a1']))
  await act(() => left.current.fetchNextPage())

  const anew = open('second visit')
  expect(idsOf(anew)).toEqual(['a1'])
  await waitFor(() => expect(idsOf(anew)).toEqual(['b1']))
  expect(idsOf(left)).toEqual(['a1', 'a2'])
})

test('a visit is an entry of the browser’s history', () => {
  const at = (key: string | undefined) =>
    remembersVisit({ location: { href: '/?order=popular', state: { __TSR_key: key } } as never }).visit
  expect(at('k1')).toBe(at('k1'))
  expect(at('k1')).not.toBe(at('k2'))
  expect(at(undefined)).toBe('/?order=popular')
})
