import { create } from '@bufbuild/protobuf'
import { createConnectQueryKey } from '@connectrpc/connect-query'
import { QueryClient } from '@tanstack/react-query'
import { expect, test } from 'vitest'

import { GalleryQueryService, ListPicturesResponseSchema } from '@/gen/picasso/queries/v1/gallery_pb'
import { PictureStage } from '@/gen/picasso/queries/v1/picture_pb'

import { formatName, isPublic, stateOf, widthInWindow } from './describe'
import { listed } from './usePicture'

test('a picture says what keeps it from being bought', () => {
  const at = (stage: PictureStage, reserved = false) => stateOf({ stage, reserved })
  expect(at(PictureStage.PUBLISHED)).toBeUndefined()
  expect(at(PictureStage.PUBLISHED, true)).toBe('reserved')
  expect(at(PictureStage.SOLD, true)).toBe('sold')
  expect(at(PictureStage.WITHDRAWN)).toBe('withdrawn')
  expect(at(PictureStage.UNPUBLISHED)).toBe('unpublished')
})

test('only what everybody sees is handed on', () => {
  const stages = [PictureStage.UNPUBLISHED, PictureStage.PUBLISHED, PictureStage.SOLD, PictureStage.WITHDRAWN]
  expect(stages.map((stage) => isPublic({ stage }))).toEqual([false, true, true, false])
})

test('a format is named as people name it', () => {
  expect(['image/jpeg', 'image/svg+xml', 'odd'].map(formatName)).toEqual(['JPEG', 'SVG', 'ODD'])
})

test('a picture is no wider than the window lets it be high; without a shape there is no limit', () => {
  expect(widthInWindow({ dimensions: { $typeName: 'picasso.types.v1.Dimensions', width: 3, height: 2 } })).toBe(
    'calc(80svh * 3 / 2)',
  )
  expect(widthInWindow({})).toBeUndefined()
})

test('what a list has shown is known before the server answers, and nothing else', () => {
  const queries = new QueryClient()
  const schema = GalleryQueryService.method.listPictures
  const page = (pictureId: string) => create(ListPicturesResponseSchema, { pictures: [{ picture: { pictureId } }] })
  queries.setQueryData(createConnectQueryKey({ schema, input: { tag: 'sea' }, cardinality: 'infinite' }), {
    pages: [page('a'), page('b')],
    pageParams: ['', 'b'],
  })
  expect(listed(queries, 'b')?.picture?.picture?.pictureId).toBe('b')
  expect(listed(queries, 'c')).toBeUndefined()
})
