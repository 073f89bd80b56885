import { create } from '@bufbuild/protobuf'
import { createInfiniteQueryOptions, useTransport } from '@connectrpc/connect-query'
import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query'
import { useMemo } from 'react'

import { beginningOf, ofVisit, PAGE_SIZE, PAGED } from '@/gallery/pages'
import { ViewedPictureSchema } from '@/gen/picasso/queries/v1/gallery_pb'
import {
  type LikedPicture,
  type ListLikedPicturesResponse,
  ReactionQueryService,
} from '@/gen/picasso/queries/v1/reaction_pb'

/** The pictures one likes, latest like first, page after page, as this visit of the page has them. */
export function useLiked(visit: string) {
  const transport = useTransport()
  const queries = useQueryClient()
  const list = createInfiniteQueryOptions(
    ReactionQueryService.method.listLikedPictures,
    { pageSize: PAGE_SIZE, pageToken: '' },
    { transport, ...PAGED },
  )
  const { data, ...query } = useInfiniteQuery({
    ...ofVisit(list, visit),
    placeholderData: () => beginningOf<ListLikedPicturesResponse>(queries, list.queryKey),
  })
  const entries = useMemo(() => data?.pages.flatMap(({ pictures }) => pictures), [data])
  const shown = useMemo(() => entries && viewed(entries), [entries])
  return { ...query, pictures: shown, gone: (entries?.length ?? 0) - (shown?.length ?? 0) }
}

/** As cards show them; without those that have been withdrawn. */
export function viewed(entries: readonly LikedPicture[]) {
  return entries
    .filter(({ picture }) => picture !== undefined)
    .map(({ picture, likedAt }) => create(ViewedPictureSchema, { picture, liked: likedAt !== undefined }))
}
