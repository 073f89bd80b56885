import { create } from '@bufbuild/protobuf'
import type { Transport } from '@connectrpc/connect'
import { createConnectQueryKey, createQueryOptions, useQuery } from '@connectrpc/connect-query'
import { type InfiniteData, type QueryClient, useQueryClient } from '@tanstack/react-query'

import {
  GalleryQueryService,
  type GetPictureResponse,
  GetPictureResponseSchema,
  type ListPicturesResponse,
} from '@/gen/picasso/queries/v1/gallery_pb'

/** One picture; until the server answers as the list showed it that one came from. */
export function usePicture(pictureId: string) {
  const queries = useQueryClient()
  return useQuery(
    GalleryQueryService.method.getPicture,
    { pictureId },
    { placeholderData: () => listed(queries, pictureId) },
  )
}

/** Asks for it before the page that shows it is there. */
export function askForPicture({ queries, transport }: Asking, pictureId: string) {
  const picture = createQueryOptions(GalleryQueryService.method.getPicture, { pictureId }, { transport })
  // The page says what went wrong.
  queries.query(picture).catch(() => undefined)
}

interface Asking {
  queries: QueryClient
  transport: Transport
}

const LISTS = createConnectQueryKey({ schema: GalleryQueryService.method.listPictures, cardinality: 'infinite' })

export function listed(queries: QueryClient, pictureId: string): GetPictureResponse | undefined {
  const picture = queries
    .getQueriesData<InfiniteData<ListPicturesResponse>>({ queryKey: LISTS })
    .flatMap(([, list]) => list?.pages ?? [])
    .flatMap(({ pictures }) => pictures)
    .find(({ picture }) => picture?.pictureId === pictureId)
  return picture && create(GetPictureResponseSchema, { picture })
}
