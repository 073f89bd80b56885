import { create } from '@bufbuild/protobuf'
import { expect, test } from 'vitest'

import { PictureSchema } from '@/gen/picasso/queries/v1/picture_pb'

import { cardHeight, columnsIn, GAP } from './layout'

test('there are as many columns as fit, and on the narrowest telephone one', () => {
  expect([288, 343, 592, 1216, 1696].map((width) => columnsIn(width).count)).toEqual([1, 1, 2, 4, 6])
  expect(columnsIn(0)).toEqual({ count: 1, width: 0 })
})

test('the columns and what is between them are as wide as the wall', () => {
  for (const wall of [320, 777, 1216, 3000]) {
    const { count, width } = columnsIn(wall)
    expect(count * width + (count - 1) * GAP).toBeCloseTo(wall)
  }
})

test('a card is as high as its picture and what stands under it, which grows with the text', () => {
  const portrait = create(PictureSchema, { thumbnailLarge: { dimensions: { width: 400, height: 600 } } })
  expect(cardHeight(portrait, 300, 16)).toBe(450 + 72)
  expect(cardHeight(portrait, 300, 32)).toBe(450 + 144)
  expect(cardHeight(create(PictureSchema), 300, 16)).toBe(225 + 72)
})
