import { create } from '@bufbuild/protobuf'
import { Code, createRouterTransport } from '@connectrpc/connect'
import { TransportProvider, useInfiniteQuery, useQuery } from '@connectrpc/connect-query'
import { QueryClientProvider } from '@tanstack/react-query'
import { render, screen, waitFor } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { expect, test, vi } from 'vitest'

import { createQueryClient } from '@/api/queryClient'
import { IdentityContext } from '@/auth'
import type { Identity, Session } from '@/auth/identity'
import { ReactionCommandService } from '@/gen/picasso/commands/v1/reaction_pb'
import { GalleryQueryService, ViewedPictureSchema } from '@/gen/picasso/queries/v1/gallery_pb'
import { PictureStage } from '@/gen/picasso/queries/v1/picture_pb'
import { LikedPictureSchema } from '@/gen/picasso/queries/v1/reaction_pb'
import { I18nProvider } from '@/i18n/I18nProvider'
import { en } from '@/i18n/en'
import { refuse } from '@/test/refuse'

import { stillListed, withLike } from './cache'
import { LikeButton } from './LikeButton'

const ANN: Session = { userId: 'ann', email: 'ann@example.org', roles: [] }
const PICTURE = { pictureId: 'p', title: 'Sea', stage: PictureStage.PUBLISHED }

/** The picture's page and a list that shows it too, before a server that holds each command until it is let go. */
async function setUp(session: Session | undefined) {
  const asked: { wish: string; answer: (refusal?: Error) => void }[] = []
  let liked = false
  const command = (wish: string) => () =>
    new Promise<object>((resolve, reject) => {
      const answer = (refusal?: Error) => {
        if (!refusal) liked = wish === 'like'
        if (refusal) reject(refusal)
        else resolve({})
      }
      asked.push({ wish, answer })
    })
  const viewed = () => ({ picture: { ...PICTURE, likes: liked ? 8n : 7n }, liked })
  const lists = vi.fn(() => ({ pictures: [viewed()] }))
  const transport = createRouterTransport(({ service }) => {
    service(ReactionCommandService, { likePicture: command('like'), unlikePicture: command('unlike') })
    service(GalleryQueryService, { getPicture: () => ({ picture: viewed() }), listPictures: lists })
  })
  const onRefused = vi.fn()
  const identity = { session: () => session, subscribe: () => () => undefined } as unknown as Identity
  render(
    <I18nProvider initial={{ language: 'en', dictionary: en }}>
      <IdentityContext value={identity}>
        <TransportProvider transport={transport}>
          <QueryClientProvider client={createQueryClient(onRefused)}>
            <Pages />
          </QueryClientProvider>
        </TransportProvider>
      </IdentityContext>
    </I18nProvider>,
  )
  await waitFor(() => expect(shown()).toEqual(['7 likes', '7 likes']))
  const press = () => {
    const [first = document.body] = screen.getAllByRole('button')
    return userEvent.click(first)
  }
  return { asked, lists, onRefused, press }
}

function Pages() {
  const { data } = useQuery(GalleryQueryService.method.getPicture, { pictureId: 'p' })
  const list = useInfiniteQuery(
    GalleryQueryService.method.listPictures,
    { pageToken: '' },
    { pageParamKey: 'pageToken', getNextPageParam: () => undefined },
  )
  const all = [data?.picture, ...(list.data?.pages ?? []).flatMap(({ pictures }) => pictures)]
  return all.map((viewed, index) => viewed && <LikeButton key={index} viewed={viewed} />)
}

const shown = () =>
  screen.queryAllByRole('button').map((button) => {
    const count = button.lastElementChild?.textContent ?? ''
    return button.getAttribute('aria-pressed') === 'true' ? `${count}, liked` : count
  })
const LIKED = ['8 likes, liked', '8 likes, liked']
const NOT_LIKED = ['7 likes', '7 likes']

test('a like shows everywhere before the server answers, and lists are not asked again', async () => {
  const { asked, lists, press } = await setUp(ANN)
  await press()
  await waitFor(() => expect(shown()).toEqual(LIKED))
  expect(asked).toHaveLength(1)
  asked[0]?.answer()
  await press()
  await waitFor(() => expect(asked.map(({ wish }) => wish)).toEqual(['like', 'unlike']))
  expect(lists).toHaveBeenCalledTimes(1)
})

test('a refused like is taken back everywhere, and told', async () => {
  const { asked, onRefused, press } = await setUp(ANN)
  await press()
  await waitFor(() => expect(shown()).toEqual(LIKED))
  asked[0]?.answer(refuse('PICTURE_NOT_LISTED', Code.FailedPrecondition))
  await waitFor(() => expect(shown()).toEqual(NOT_LIKED))
  expect(onRefused).toHaveBeenCalledWith(expect.objectContaining({ code: Code.FailedPrecondition }), false)
})

test('who changes their mind meanwhile is heard: the second command waits for the first', async () => {
  const { asked, press } = await setUp(ANN)
  await press()
  await waitFor(() => expect(shown()).toEqual(LIKED))
  await press()
  await waitFor(() => expect(shown()).toEqual(NOT_LIKED))
  expect(asked).toHaveLength(1)
  asked[0]?.answer()
  await waitFor(() => expect(asked.map(({ wish }) => wish)).toEqual(['like', 'unlike']))
  asked[1]?.answer()
  await waitFor(() => expect(shown()).toEqual(NOT_LIKED))
})

test('to who is signed out nothing is shown that is not so: the server’s refusal leads to signing in', async () => {
  const { asked, onRefused, press } = await setUp(undefined)
  await press()
  await waitFor(() => expect(asked).toHaveLength(1))
  expect(shown()).toEqual(NOT_LIKED)
  asked[0]?.answer(refuse('TOKEN_MISSING', Code.Unauthenticated))
  await waitFor(() => expect(onRefused).toHaveBeenCalledTimes(1))
})

test('the count follows the like, once, and is never negative', () => {
  const viewed = create(ViewedPictureSchema, { picture: { likes: 2n } })
  const liked = withLike(viewed, true)
  expect(liked.picture?.likes).toBe(3n)
  expect(withLike(liked, true)).toBe(liked)
  expect(withLike(liked, false).picture?.likes).toBe(2n)
  const odd = create(ViewedPictureSchema, { picture: { likes: 0n }, liked: true })
  expect(withLike(odd, false).picture?.likes).toBe(0n)
})

test('among the pictures one likes, what loses its like stays and can be liked again', () => {
  const entry = create(LikedPictureSchema, { pictureId: 'p', picture: { likes: 2n }, likedAt: { seconds: 5n } })
  const without = stillListed(entry, false)
  expect([without.likedAt, without.picture?.likes]).toEqual([undefined, 1n])
  const again = stillListed(without, true)
  expect([again.likedAt !== undefined, again.picture?.likes]).toEqual([true, 2n])
  expect(stillListed(entry, true)).toEqual(entry)
})
