import { expect, test } from 'vitest'

import { en } from '@/i18n/en'
import { translator } from '@/i18n/translate'

import { rules } from './rules'

const rule = rules(translator(en, 'en'))

test('e-mail addresses and passwords', () => {
  expect(rule.email(' ann@example.org ')).toBeUndefined()
  expect(rule.email('ann')).toBe(en.errors.INVALID_EMAIL)
  expect(rule.newPassword('1234567')).toBe(en.errors.WEAK_PASSWORD)
  expect(rule.newPassword('12345678')).toBeUndefined()
  expect(rule.password('old')).toBeUndefined()
})
