import { Code } from '@connectrpc/connect'
import { expect, test } from 'vitest'

import { en } from '@/i18n/en'
import { formats } from '@/i18n/format'
import { translator } from '@/i18n/translate'
import { refuse } from '@/test/refuse'

import { type Asked, refusedField, tagOf, type Words, wrongWith } from './rules'

type Details = Words & Asked

const FINE: Details = { title: 'Dusk', description: '', altText: '', tags: [], price: '12.50', currency: 'EUR' }
const wrong = (change: Partial<Details>) =>
  Object.keys(wrongWith({ ...FINE, ...change }, translator(en, 'en'), formats('en')))

test('a title and a price are enough', () => {
  expect(wrong({})).toEqual([])
})

test.each<[string, Partial<Details>]>([
  ['title', { title: '' }],
  ['title', { title: ' \u200b\u2800 ' }],
  ['title', { title: 'x'.repeat(121) }],
  ['title', { title: 'two\nlines' }],
  ['title', { title: 'back\u202ewards' }],
  ['description', { description: 'x'.repeat(2001) }],
  ['description', { description: 'bell\u0007' }],
  ['altText', { altText: 'x'.repeat(501) }],
  ['tags', { tags: Array.from({ length: 13 }, (_, index) => `t${String(index)}`) }],
  ['price', { price: '' }],
  ['price', { price: 'free' }],
  ['price', { price: '0.49' }],
  ['price', { price: '1000000' }],
  ['price', { price: '49', currency: 'JPY' }],
])('%s is found wrong in %o', (field, change) => {
  expect(wrong(change)).toEqual([field])
})

test.each<Partial<Details>>([
  { title: '🌅'.repeat(120) },
  { description: 'two\nlines' },
  { price: '0.50' },
  { price: '999999.99' },
  { price: '50', currency: 'JPY' },
])('%o is right', (change) => {
  expect(wrong(change)).toEqual([])
})

test('tags are folded as the server folds them', () => {
  expect(tagOf(' #Light-House ')).toBe('light-house')
  expect(tagOf('é')).toBe('é')
  expect(['', '#', '-a', 'a-', 'two words', 'x'.repeat(31)].map(tagOf)).toEqual(Array(6).fill(undefined))
})

test('a refusal that names a field belongs to it', () => {
  const refused = (reason: string, field: string) => refusedField(refuse(reason, Code.InvalidArgument, { field }))
  expect(refused('INVALID_VALUE', 'alt_text')).toBe('altText')
  expect(refused('INVALID_VALUE', 'page_size')).toBeUndefined()
  expect(refused('NOT_OWNER', 'title')).toBeUndefined()
})
