import { refusalOf } from '@/api/refusal'
import type { Money } from '@/gen/picasso/types/v1/types_pb'

export type Price = Pick<Money, 'amountMinor' | 'currency'>

/** The price a buyer has to agree to anew because the one they saw has risen; absent for every other refusal. */
export function risenPrice(error: unknown): Price | undefined {
  if (!error) return undefined
  const { reason, metadata } = refusalOf(error)
  const { current_amount_minor: amount, current_currency: currency } = metadata
  if (reason !== 'PRICE_RISEN' || !amount || !/^\d+$/.test(amount) || !currency) return undefined
  return { amountMinor: BigInt(amount), currency }
}
