import { createConnectQueryKey } from '@connectrpc/connect-query'
import { timestampNow } from '@bufbuild/protobuf/wkt'
import type { InfiniteData, QueryClient } from '@tanstack/react-query'

import {
  GalleryQueryService,
  type GetPictureResponse,
  type ListPicturesResponse,
  type ViewedPicture,
} from '@/gen/picasso/queries/v1/gallery_pb'
import {
  type LikedPicture,
  type ListLikedPicturesResponse,
  ReactionQueryService,
} from '@/gen/picasso/queries/v1/reaction_pb'

const { getPicture, listPictures, listMyPictures } = GalleryQueryService.method
const ONE = createConnectQueryKey({ schema: getPicture, cardinality: 'finite' })
const LISTS = [
  createConnectQueryKey({ schema: listPictures, cardinality: 'infinite' }),
  createConnectQueryKey({ schema: listMyPictures, cardinality: 'infinite' }),
]
const LIKED = createConnectQueryKey({
  schema: ReactionQueryService.method.listLikedPictures,
  cardinality: 'infinite',
})

/** The picture with or without the viewer's like; the count follows. Saying it twice changes nothing. */
export function withLike<V extends Pick<ViewedPicture, 'picture' | 'liked'>>(viewed: V, liked: boolean): V {
  const { picture } = viewed
  if (viewed.liked === liked || !picture) return viewed
  const none = picture.likes === 0n
  return { ...viewed, liked, picture: { ...picture, likes: picture.likes + (liked ? 1n : none ? 0n : -1n) } }
}

/**
 * Among the pictures one likes: what loses its like stays where it is, as one that can be liked again, until the list is
 * opened anew. Without the time of a like there is none.
 */
export function stillListed(entry: LikedPicture, liked: boolean): LikedPicture {
  const was = { picture: entry.picture, liked: entry.likedAt !== undefined }
  const { picture } = withLike(was, liked)
  return { ...entry, picture, likedAt: liked ? (entry.likedAt ?? timestampNow()) : undefined }
}

/** Shows a like, or that there is none, wherever this picture is shown. */
export async function showLike(queries: QueryClient, pictureId: string, liked: boolean) {
  const shown = [ONE, LIKED, ...LISTS].map((queryKey) => ({
    queryKey,
    predicate: ({ state }: { state: { data: unknown } }) => state.data !== undefined,
  }))
  // An answer from before the like must not take it back on the page.
  await Promise.all(shown.map((filter) => queries.cancelQueries(filter)))
  const change = (viewed: ViewedPicture) =>
    viewed.picture?.pictureId === pictureId ? withLike(viewed, liked) : viewed
  queries.setQueriesData<GetPictureResponse>(
    { queryKey: ONE },
    (data) => data && { ...data, picture: data.picture && change(data.picture) },
  )
  for (const queryKey of LISTS) {
    queries.setQueriesData<InfiniteData<ListPicturesResponse>>(
      { queryKey },
      (data) =>
        data && { ...data, pages: data.pages.map((page) => ({ ...page, pictures: page.pictures.map(change) })) },
    )
  }
  queries.setQueriesData<InfiniteData<ListLikedPicturesResponse>>({ queryKey: LIKED }, (data) => {
    const change = (entry: LikedPicture) => (entry.pictureId === pictureId ? stillListed(entry, liked) : entry)
    return data && { ...data, pages: data.pages.map((page) => ({ ...page, pictures: page.pictures.map(change) })) }
  })
}
