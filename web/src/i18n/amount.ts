import { minorDigits } from './format'

/** Those that pictures are sold in. */
export const CURRENCIES = ['EUR', 'USD', 'GBP', 'CHF', 'JPY'] as const
export type Currency = (typeof CURRENCIES)[number]

/**
 * Reads an amount as people type it, in minor units: `1.234,50`, `1,234.50` and `1'234.5` are the same. Undefined for
 * what is none, has digits that the currency does not have, or could be read in two ways (`1,234`).
 */
export function parseAmount(text: string, currency: string): bigint | undefined {
  const digits = minorDigits(currency)
  const plain = text.trim().replaceAll(/[\s'’]/g, '')
  const parts = /^(\d{1,3}(?:([.,])\d{3})(?:\2\d{3})*|\d+)(?:([.,])(\d*))?$/.exec(plain)
  if (!parts) return undefined
  const [, whole = '', grouping, decimal, fraction = ''] = parts
  const isAmbiguous = grouping !== undefined && (decimal === undefined ? digits > 0 : decimal === grouping)
  if (isAmbiguous || fraction.length > digits) return undefined
  return BigInt(whole.replaceAll(/[.,]/g, '') + fraction.padEnd(digits, '0'))
}
