import { create } from '@bufbuild/protobuf'
import { expect, test } from 'vitest'

import type { Words } from '@/details/rules'
import { PictureSchema } from '@/gen/picasso/queries/v1/picture_pb'

import { after, begin, choose, type Draft, isChanged, isContested, rebase } from './words'

const FIRST = { title: 'Lake', altText: 'A lake', description: '', tags: ['water'], etag: '1' }
const picture = (words: Partial<Words>, etag = '2') =>
  create(PictureSchema, { ...FIRST, ...words, tags: [...(words.tags ?? FIRST.tags)], etag })
const draft = (words: Partial<Words>): Draft => {
  const begun = begin(create(PictureSchema, FIRST))
  return { ...begun, words: { ...begun.words, ...words } }
}

test('a later version that says nothing new leaves nothing to choose', () => {
  const { words, etag, others } = rebase(draft({ title: 'Dark lake' }), picture({}))
  expect([words.title, etag, others]).toEqual(['Dark lake', '2', {}])
})

test('what others changed elsewhere is taken over, and what oneself changed stays', () => {
  const onTop = rebase(draft({ title: 'Dark lake' }), picture({ tags: ['water', 'night'] }))
  expect(onTop.words).toMatchObject({ title: 'Dark lake', tags: ['water', 'night'] })
  expect(isContested(onTop)).toBe(false)
})

test('the same words from both sides are no contest', () => {
  const onTop = rebase(draft({ tags: ['a', 'b'] }), picture({ tags: ['a', 'b'] }))
  expect(isContested(onTop)).toBe(false)
  expect(isChanged(onTop)).toBe(false)
})

test('where both wrote, one’s own stays until one has chosen', () => {
  const onTop = rebase(draft({ title: 'Mine', altText: 'Also mine' }), picture({ title: 'Theirs' }))
  expect(onTop.words.title).toBe('Mine')
  expect(onTop.others).toEqual({ title: 'Theirs' })
  const mine = choose(onTop, 'title', 'mine')
  const theirs = choose(onTop, 'title', 'theirs')
  expect([mine.words.title, theirs.words.title]).toEqual(['Mine', 'Theirs'])
  expect([mine, theirs].map(isContested)).toEqual([false, false])
  expect(theirs.words.altText).toBe('Also mine')
})

test('words that others removed can be chosen too', () => {
  const onTop = rebase(draft({ altText: 'Mine' }), picture({ altText: '' }))
  expect(isContested(onTop)).toBe(true)
  expect(choose(onTop, 'altText', 'theirs').words.altText).toBe('')
})

test('a version later still is chosen from, not the one before', () => {
  const once = rebase(draft({ title: 'Mine' }), picture({ title: 'Theirs' }))
  expect(rebase(once, picture({ title: 'Later' }, '3')).others).toEqual({ title: 'Later' })
})

test('what is written while saving is on its way stays to be saved', () => {
  const sent = draft({ title: 'Sent' })
  expect(after(sent, sent.words, '2')).toBeUndefined()
  const more = after({ ...sent, words: { ...sent.words, altText: 'More' } }, sent.words, '2')
  expect(more).toMatchObject({ etag: '2', base: { title: 'Sent' }, words: { title: 'Sent', altText: 'More' } })
})
