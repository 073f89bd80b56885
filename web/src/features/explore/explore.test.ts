import { create } from '@bufbuild/protobuf'
import { expect, test } from 'vitest'

import { ViewedPictureSchema } from '@/gen/picasso/queries/v1/gallery_pb'

import { exploreSearch, major, priceOf } from './search'
import { distinct } from './usePictures'

const viewed = (pictureId: string) => create(ViewedPictureSchema, { picture: { pictureId } })

test('the address says the order, and nothing that it cannot', () => {
  expect(exploreSearch({ order: 'popular' })).toEqual({ order: 'popular' })
  expect(exploreSearch({ order: 'newest' })).toEqual({})
  expect(exploreSearch({ order: 'cheapest', x: 1 })).toEqual({})
})

test('what the address says of words, tag and price is read as far as the server takes it', () => {
  expect(exploreSearch({ words: '  a  b c d e f g h i ', tag: ' sea ' })).toEqual({
    words: 'a b c d e f g h',
    tag: 'sea',
  })
  expect(exploreSearch({ words: 1984 })).toEqual({ words: '1984' })
  expect(exploreSearch({ currency: 'EUR', min: 0, max: 500 })).toEqual({ currency: 'EUR', min: 0, max: 500 })
  expect(exploreSearch({ currency: 'EUR', min: -1, max: 'x' })).toEqual({})
  expect(exploreSearch({ currency: 'XXX', min: 1 })).toEqual({})
  expect(exploreSearch({ min: 1 })).toEqual({})
})

test('a price is written as one types it, and sent in minor units', () => {
  expect([major(1250, 'EUR'), major(1200, 'EUR'), major(1250, 'JPY'), major(undefined, 'EUR')]).toEqual([
    '12.50',
    '12',
    '1250',
    '',
  ])
  expect(priceOf({ currency: 'EUR', min: 0 })).toEqual({ currency: 'EUR', minMinor: 0n, maxMinor: undefined })
  expect(priceOf({})).toBeUndefined()
})

test('a picture that stands on two pages is shown once, where it came first', () => {
  const ids = distinct([viewed('a'), viewed('b'), viewed('a'), viewed('c')]).map(
    ({ picture }) => picture?.pictureId,
  )
  expect(ids).toEqual(['a', 'b', 'c'])
})
