import { refusalOf } from '@/api/refusal'
import type { Translate } from '@/i18n'
import { parseAmount } from '@/i18n/amount'
import type { Format } from '@/i18n/format'

/** What an artist writes about a picture. */
export interface Words {
  title: string
  description: string
  altText: string
  tags: readonly string[]
}

/** What it is to cost, as it is typed. */
export interface Asked {
  price: string
  currency: string
}

export type Wrong = Partial<Record<keyof Words | keyof Asked, string>>

export const MAX_TITLE = 120
export const MAX_TAGS = 12
const MAX_TAG = 30
/** In minor units of any currency: 0.50 to 999,999.99, or 50 to 99,999,999 yen. */
const LEAST = 50n
const MOST = 99_999_999n

/** What is wrong with which field, as the server would find. */
export function wrongWith(details: Words & Asked, t: Translate, format: Format): Wrong {
  return { ...wrongWords(details, t), ...wrongPrice(details, t, format) }
}

export function wrongWords({ title, description, altText, tags }: Words, t: Translate): Wrong {
  return only({
    title: wrongText(title, { max: MAX_TITLE, isRequired: true }, t),
    description: wrongText(description, { max: 2000, isLong: true }, t),
    altText: wrongText(altText, { max: 500 }, t),
    tags: tags.length > MAX_TAGS ? t('upload.tooManyTags', { max: MAX_TAGS }) : undefined,
  })
}

export function wrongPrice({ price, currency }: Asked, t: Translate, format: Format): Wrong {
  if (price.trim() === '') return { price: t('upload.required') }
  const amount = parseAmount(price, currency)
  if (amount === undefined) {
    return { price: t('upload.priceMalformed', { example: currency === 'JPY' ? '1200' : '12.50' }) }
  }
  return amount < LEAST || amount > MOST ? { price: t('upload.priceRange', priceRange(currency, format)) } : {}
}

export function priceRange(currency: string, format: Format) {
  return {
    least: format.money({ amountMinor: LEAST, currency }),
    most: format.money({ amountMinor: MOST, currency }),
  }
}

interface TextRule {
  max: number
  isRequired?: boolean
  /** Line breaks may stand in it. */
  isLong?: boolean
}

function wrongText(raw: string, { max, isRequired = false, isLong = false }: TextRule, t: Translate) {
  const text = raw.normalize('NFC').trim()
  // Joiners and the like show nothing by themselves.
  if (isRequired && !/[^\s\p{Default_Ignorable_Code_Point}\u2800]/u.test(text)) return t('upload.required')
  if (lengthOf(text) > max) return t('upload.tooLong', { max })
  if (!isLong && /[\n\r\t\u2028\u2029]/.test(text)) return t('upload.oneLine')
  // Also those that reorder the text around them, which are used to disguise names.
  if (/[\u202a-\u202e\u2066-\u2069]|(?![\n\r\t])\p{Cc}/u.test(text)) return t('upload.controls')
  return undefined
}

/** A tag as the server keeps it; undefined for what is none. */
export function tagOf(raw: string): string | undefined {
  const text = raw.trim().replace(/^#/, '').normalize('NFC').trim().toLowerCase()
  const isTag = /^[\p{Alphabetic}\p{N}](?:[\p{Alphabetic}\p{N}\p{M}-]*[\p{Alphabetic}\p{N}\p{M}])?$/u.test(text)
  return isTag && lengthOf(text) <= MAX_TAG ? text : undefined
}

const FIELDS: Record<string, keyof Wrong> = {
  title: 'title',
  description: 'description',
  alt_text: 'altText',
  tag: 'tags',
  tags: 'tags',
  price: 'price',
  currency: 'price',
}

/** The field that the server found wrong. */
export function refusedField(error: unknown): keyof Wrong | undefined {
  const { reason, metadata } = refusalOf(error)
  return reason === 'INVALID_VALUE' ? FIELDS[metadata.field ?? ''] : undefined
}

function only(found: Record<string, string | undefined>): Wrong {
  return Object.fromEntries(Object.entries(found).filter(([, text]) => text !== undefined))
}

/** In code points, as the server counts. */
const lengthOf = (text: string) => Array.from(text).length
