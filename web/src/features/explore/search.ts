import type { MessageInitShape } from '@bufbuild/protobuf'

import { PictureOrder, type PriceRangeSchema } from '@/gen/picasso/queries/v1/gallery_pb'
import { CURRENCIES, type Currency } from '@/i18n/amount'
import { minorDigits } from '@/i18n/format'

export const ORDERS = ['newest', 'popular'] as const
export type Order = (typeof ORDERS)[number]

/** As many as the server compares. */
const MOST_WORDS = 8
export const MOST_CHARACTERS = 200

/** What the address of the explore page says. */
export interface ExploreSearch {
  order?: 'popular'
  words?: string
  tag?: string
  /** Of `min` and `max`, which are in minor units. */
  currency?: Currency
  min?: number
  max?: number
}

/** The address of the page says what it shows; what it says wrongly is left out. */
export function exploreSearch(said: Record<string, unknown>): ExploreSearch {
  const words = wordsOf(textOf(said.words))
  const tag = textOf(said.tag).trim()
  const currency = CURRENCIES.find((currency) => currency === said.currency)
  const min = amountOf(said.min)
  const max = amountOf(said.max)
  return {
    ...(said.order === 'popular' && { order: said.order }),
    ...(words && { words }),
    ...(tag && { tag }),
    ...(currency &&
      (min ?? max) !== undefined && {
        currency,
        ...(min !== undefined && { min }),
        ...(max !== undefined && { max }),
      }),
  }
}

/** As the server takes words; without those too many. */
export function wordsOf(text: string): string {
  const words = text.slice(0, MOST_CHARACTERS).split(/\s+/).filter(Boolean)
  return words.slice(0, MOST_WORDS).join(' ')
}

export function isNarrowed({ words, tag, currency }: ExploreSearch): boolean {
  return (words ?? tag ?? currency) !== undefined
}

/** As one types it. */
export function major(amount: number | undefined, currency: Currency): string {
  const digits = minorDigits(currency)
  return amount === undefined ? '' : (amount / 10 ** digits).toFixed(amount % 10 ** digits === 0 ? 0 : digits)
}

export function priceOf({
  currency,
  min,
  max,
}: ExploreSearch): MessageInitShape<typeof PriceRangeSchema> | undefined {
  return currency && { currency, minMinor: toBigInt(min), maxMinor: toBigInt(max) }
}

export const ORDER_OF: Record<Order, PictureOrder> = {
  newest: PictureOrder.NEWEST,
  popular: PictureOrder.POPULAR,
}

/** The router reads `?words=1984` as a number. */
function textOf(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : ''
}

function amountOf(value: unknown): number | undefined {
  return Number.isSafeInteger(value) && (value as number) >= 0 ? (value as number) : undefined
}

function toBigInt(amount: number | undefined): bigint | undefined {
  return amount === undefined ? undefined : BigInt(amount)
}
