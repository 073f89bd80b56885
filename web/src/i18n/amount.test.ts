import { expect, test } from 'vitest'

import { parseAmount } from './amount'

test.each([
  ['12.50', 'EUR', 1250n],
  ['12,5', 'EUR', 1250n],
  [' 12 ', 'EUR', 1200n],
  ['1.234,50', 'EUR', 123450n],
  ['1,234.50', 'USD', 123450n],
  ['1’234.50', 'CHF', 123450n],
  ['1200', 'JPY', 1200n],
  ['1,200', 'JPY', 1200n],
  ['90071992547409.93', 'USD', 9007199254740993n],
])('%s %s', (text, currency, amount) => {
  expect(parseAmount(text, currency)).toBe(amount)
})

test.each([
  ['', 'EUR'],
  ['free', 'EUR'],
  ['-1', 'EUR'],
  ['1.234', 'EUR'],
  ['1,234,5', 'EUR'],
  ['12.345', 'EUR'],
  ['12.5', 'JPY'],
  ['1e3', 'EUR'],
])('%s %s is no amount', (text, currency) => {
  expect(parseAmount(text, currency)).toBeUndefined()
})
