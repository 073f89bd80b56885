import { createHash } from 'node:crypto'

import { expect, test } from 'vitest'

import { isAnimated, sniff } from './format'
import { inspect } from './inspect'

const LIMITS = { maxBytes: 10_000, maxSide: 30_000, maxPixels: 100_000_000 }

const PNG = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]
const text = (value: string) => [...Buffer.from(value, 'latin1')]
const be32 = (value: number) => [value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255]
const chunk = (kind: string, data: number[]) => [...be32(data.length), ...text(kind), ...data, 0, 0, 0, 0]
const png = (width: number, height: number, ...chunks: number[][]) =>
  new Uint8Array([
    ...PNG,
    ...chunk('IHDR', [...be32(width), ...be32(height), 8, 2, 0, 0, 0]),
    ...chunks.flat(),
    ...chunk('IDAT', [1, 2, 3]),
  ])
const webp = (flags: number) =>
  new Uint8Array([...text('RIFF'), 30, 0, 0, 0, ...text('WEBPVP8X'), 10, 0, 0, 0, flags, 0, 0, 0, 9, 0, 0, 9, 0, 0])

test('the content says which format it is', () => {
  expect(sniff(new Uint8Array([0xff, 0xd8, 0xff, 0xe0]))).toBe('jpeg')
  expect(sniff(png(1, 1))).toBe('png')
  expect(sniff(webp(0))).toBe('webp')
  expect(sniff(new Uint8Array(text('GIF89a')))).toBeUndefined()
  expect(sniff(new Uint8Array(text('RIFF1234WAVE')))).toBeUndefined()
  expect(sniff(new Uint8Array())).toBeUndefined()
})

test('animations are found by what they announce', () => {
  expect(isAnimated(png(1, 1, chunk('acTL', be32(2))))).toBe(true)
  expect(isAnimated(png(1, 1, chunk('tEXt', text('acTL'))))).toBe(false)
  expect(isAnimated(webp(0x02))).toBe(true)
  expect(isAnimated(webp(0x10))).toBe(false)
})

test('a fit file is announced by its digest and shape', async () => {
  const file = png(640, 480)
  expect(await inspect(new Blob([file]), LIMITS)).toEqual({
    width: 640,
    height: 480,
    thumbnail: undefined,
    sha256: createHash('sha256').update(file).digest('hex'),
  })
})

test.each([
  ['an empty file', new Blob([]), 'UPLOAD_SIZE'],
  ['a file over the limit', new Blob([new Uint8Array(LIMITS.maxBytes + 1)]), 'UPLOAD_SIZE'],
  ['a text', new Blob(['hello']), 'UNSUPPORTED_FORMAT'],
  ['an animation', new Blob([png(1, 1, chunk('acTL', be32(2)))]), 'UNSUPPORTED_FORMAT'],
  ['a picture cut off within its head', new Blob([new Uint8Array([0xff, 0xd8, 0xff, 0xe0])]), 'DAMAGED_PICTURE'],
  ['a side too long', new Blob([png(30_001, 1)]), 'PICTURE_SIDE_TOO_LONG'],
  ['too many pixels', new Blob([png(10_001, 10_000)]), 'PICTURE_TOO_MANY_PIXELS'],
])('%s is refused before it is sent', async (_name, file, reason) => {
  expect(await inspect(file, LIMITS)).toMatchObject({ reason })
})

test.each([png(30_000, 3_333), png(10_000, 10_000)])('the limits themselves are taken', async (file) => {
  expect(await inspect(new Blob([file]), LIMITS)).toHaveProperty('sha256')
})
