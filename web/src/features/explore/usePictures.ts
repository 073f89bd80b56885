import type { MessageInitShape } from '@bufbuild/protobuf'
import type { Transport } from '@connectrpc/connect'
import { createInfiniteQueryOptions, useTransport } from '@connectrpc/connect-query'
import { type QueryClient, useInfiniteQuery, useQueryClient } from '@tanstack/react-query'
import { useMemo } from 'react'

import { beginningOf, ofVisit, PAGE_SIZE, PAGED } from '@/gallery/pages'
import {
  GalleryQueryService,
  type ListPicturesResponse,
  type PriceRangeSchema,
  type ViewedPicture,
} from '@/gen/picasso/queries/v1/gallery_pb'

import { type ExploreSearch, type Order, ORDER_OF, priceOf } from './search'

export interface Wanted {
  order: Order
  /** Only this person's. */
  artistId?: string
  words?: string
  tag?: string
  price?: MessageInitShape<typeof PriceRangeSchema>
}

/** What an address of the explore page wants. */
export function wantedBy(search: ExploreSearch): Wanted {
  const { order = 'newest', words, tag } = search
  return { order, words, tag, price: priceOf(search) }
}

interface Asking {
  queries: QueryClient
  transport: Transport
  visit: string
}

/** The pictures for sale, page after page, as this visit of the page has them. */
export function usePictures(wanted: Wanted, visit: string) {
  const transport = useTransport()
  const queries = useQueryClient()
  const list = listOf(wanted, transport)
  const { data, ...query } = useInfiniteQuery({
    ...ofVisit(list, visit),
    placeholderData: (before) => beginningOf<ListPicturesResponse>(queries, list.queryKey) ?? before,
  })
  const pictures = useMemo(() => data && distinct(data.pages.flatMap(({ pictures }) => pictures)), [data])
  return { ...query, pictures }
}

/** Asks for the first page if this visit has none, before the page that shows it is there. */
export function askForPictures({ queries, transport, visit }: Asking, wanted: Wanted) {
  const list = ofVisit(listOf(wanted, transport), visit)
  // The page says what went wrong.
  queries.infiniteQuery({ ...list, staleTime: Infinity }).catch(() => undefined)
}

function listOf({ order, ...filter }: Wanted, transport: Transport) {
  return createInfiniteQueryOptions(
    GalleryQueryService.method.listPictures,
    { ...filter, order: ORDER_OF[order], pageSize: PAGE_SIZE, pageToken: '' },
    { transport, ...PAGED },
  )
}

/** A picture that moved while one read on may stand on two pages. */
export function distinct(pictures: readonly ViewedPicture[]): ViewedPicture[] {
  const byId = new Map(pictures.map((viewed) => [viewed.picture?.pictureId, viewed]))
  return [...byId.values()]
}
