import { create } from '@bufbuild/protobuf'
import { expect, test } from 'vitest'

import { ListLikedPicturesResponseSchema } from '@/gen/picasso/queries/v1/reaction_pb'

import { viewed } from './useLiked'

test('what has been withdrawn has no card, and what has lost its like says so', () => {
  const likedAt = { seconds: 1n }
  const { pictures } = create(ListLikedPicturesResponseSchema, {
    pictures: [
      { pictureId: 'a', picture: { pictureId: 'a' }, likedAt },
      { pictureId: 'withdrawn', likedAt },
      { pictureId: 'b', picture: { pictureId: 'b' } },
    ],
  })
  expect(viewed(pictures).map(({ picture, liked }) => [picture?.pictureId, liked])).toEqual([
    ['a', true],
    ['b', false],
  ])
})
