import { readFileSync } from 'node:fs'

import { timestampFromMs } from '@bufbuild/protobuf/wkt'
import { Code } from '@connectrpc/connect'
import { expect, test } from 'vitest'

import { IdentityError } from '@/auth/identity'
import { refuse } from '@/test/refuse'

import { de } from './de'
import { en } from './en'
import { errorText } from './errorText'
import { formats, major, minorDigits } from './format'
import { chooseLanguage, preferredLanguage } from './language'
import { translator } from './translate'

const english = translator(en, 'en')
const german = translator(de, 'de')

test('every reason the server knows has a text in each language', () => {
  const lines = readFileSync('../crates/api/tests/it/reasons.txt', 'utf8').trim().split('\n')
  const reasons = lines.map((line) => line.split(' ')[0] ?? '')
  expect(reasons.length).toBeGreaterThan(70)
  for (const { errors } of [en, de]) expect(reasons.filter((reason) => !(reason in errors))).toEqual([])
})

test('the languages have the same keys with the same places to fill in', () => {
  const shape = (value: unknown): unknown =>
    typeof value === 'string'
      ? [...value.matchAll(/\{\w+\}/g)].map(([place]) => place).sort()
      : Object.fromEntries(Object.entries(value as object).map(([key, inner]) => [key, shape(inner)]))
  expect(shape(de)).toEqual(shape(en))
})

test('texts are filled in and follow the number', () => {
  expect(english('auth.registered', { name: 'Ann' })).toBe('Welcome, Ann!')
  expect(english('explore.likes', { count: 1 })).toBe('1 like')
  expect(english('explore.likes', { count: 1234 })).toBe('1,234 likes')
  expect(german('explore.likes', { count: 1234 })).toBe('gefällt 1.234 Personen')
})

test('what fills a place is not looked at again', () => {
  expect(english('explore.by', { artist: '{artist} $& $1' })).toBe('by {artist} $& $1')
})

test('an error has words, also one that this app does not know', () => {
  expect(errorText(english, refuse('PICTURE_SOLD', Code.FailedPrecondition))).toBe(en.errors.PICTURE_SOLD)
  expect(errorText(german, new IdentityError('EMAIL_EXISTS'))).toBe(de.errors.EMAIL_EXISTS)
  expect(errorText(english, refuse('BRAND_NEW', Code.FailedPrecondition))).toBe(en.errors.INTERNAL)
  expect(errorText(english, refuse('toString', Code.FailedPrecondition))).toBe(en.errors.INTERNAL)
})

test.each([
  [1250n, 'EUR', '12.50'],
  [5n, 'EUR', '0.05'],
  [-5n, 'EUR', '-0.05'],
  [1250n, 'JPY', '1250'],
  [-3n, 'JPY', '-3'],
  [900719925474099312n, 'USD', '9007199254740993.12'],
])('%s minor units of %s are %s', (minor, currency, expected) => {
  expect(major(minor, currency)).toBe(expected)
})

test('money is written as the language writes it, to the last digit', () => {
  expect(minorDigits('CHF')).toBe(2)
  expect(formats('en').money({ amountMinor: 900719925474099312n, currency: 'USD' })).toBe(
    '$9,007,199,254,740,993.12',
  )
  expect(formats('de').money({ amountMinor: 1250n, currency: 'EUR' }).replace(/\s/, ' ')).toBe('12,50 €')
  expect(formats('en').money({ amountMinor: 1250n, currency: 'JPY' })).toBe('¥1,250')
})

test('sizes and distances in time', () => {
  const { bytes, ago } = formats('en')
  expect([999, 2_190_194n, 104_857_600].map(bytes)).toEqual(['999 byte', '2.2 MB', '104.9 MB'])
  const now = Date.parse('2026-01-10T12:00:00Z')
  const before = (seconds: number) => ago(timestampFromMs(now - seconds * 1000), now)
  expect([5, 90, 7200, 86_400, 40 * 86_400, 800 * 86_400].map(before)).toEqual([
    '5 seconds ago',
    '1 minute ago',
    '2 hours ago',
    'yesterday',
    'last month',
    '2 years ago',
  ])
})

test('a day is the server’s, wherever one is', () => {
  expect(formats('en').day('2026-11-25')).toBe('Nov 25, 2026')
  expect(formats('de').day('2026-01-01', 'short')).toBe('1. Jan.')
})

test('the language is the chosen one, else the first of the browser that there is', () => {
  expect(preferredLanguage(['fr-CH', 'de-CH', 'en'])).toBe('de')
  expect(preferredLanguage(['fr', 'constructor'])).toBe('en')
  chooseLanguage('en')
  expect(preferredLanguage(['de'])).toBe('en')
})
