import { expect, test } from 'vitest'

import { en } from '@/i18n/en'
import { translator } from '@/i18n/translate'

import { profileRules } from './profile'

const rule = profileRules(translator(en, 'en'))

test('handles are as the server takes them', () => {
  for (const good of ['ann', 'Ann_2', 'a'.repeat(30)]) expect(rule.handle(good)).toBeUndefined()
  for (const bad of ['', 'an', '2ann', 'ann-b', 'änn', 'a'.repeat(31)]) expect(rule.handle(bad)).toBeDefined()
})

test('lengths are counted in characters, not in code units', () => {
  expect(rule.displayName('🎨'.repeat(60))).toBeUndefined()
  expect(rule.displayName('🎨'.repeat(61))).toBe(en.auth.nameTooLong)
  expect(rule.displayName('  ')).toBe(en.auth.required)
  expect(rule.bio('x'.repeat(501))).toBe(en.auth.bioTooLong)
})
