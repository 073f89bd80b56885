import { create } from '@bufbuild/protobuf'
import type { Transport } from '@connectrpc/connect'
import { createConnectQueryKey, createQueryOptions, useTransport } from '@connectrpc/connect-query'
import { type InfiniteData, type QueryClient, useQuery, useQueryClient } from '@tanstack/react-query'

import {
  GalleryQueryService,
  type GetPictureResponse,
  GetPictureResponseSchema,
  type ListPicturesResponse,
} from '@/gen/picasso/queries/v1/gallery_pb'

interface Asking {
  queries: QueryClient
  transport: Transport
}

/** One picture. */
export function usePicture(pictureId: string) {
  const asking = { queries: useQueryClient(), transport: useTransport() }
  return useQuery(pictureOf(asking, pictureId))
}

/** Asks for it before the page that shows it is there. */
export function askForPicture(asking: Asking, pictureId: string) {
  // The page says what went wrong.
  asking.queries.query(pictureOf(asking, pictureId)).catch(() => undefined)
}

/** Until the server answers it is as the list showed it that one came from: no stand-in, for a like changes it too. */
function pictureOf({ queries, transport }: Asking, pictureId: string) {
  return {
    ...createQueryOptions(GalleryQueryService.method.getPicture, { pictureId }, { transport }),
    initialData: () => listed(queries, pictureId),
    initialDataUpdatedAt: 0,
  }
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
