import { type Asked, MAX_TITLE, type Words } from '@/details/rules'
import { Edition, Licence } from '@/gen/picasso/types/v1/types_pb'
import type { Currency } from '@/i18n/amount'

/** What one writes about a picture, as it is typed. */
export interface Details extends Words, Asked {
  currency: Currency
  edition: Edition.OPEN | Edition.EXCLUSIVE
  licence: Licence.PERSONAL | Licence.COMMERCIAL
}

/** What may be said once for all pictures; a picture may say otherwise. */
export type Shared = Pick<Details, 'tags' | 'price' | 'currency' | 'edition' | 'licence'>

export const NOTHING_SAID: Details = {
  title: '',
  description: '',
  altText: '',
  tags: [],
  price: '',
  currency: 'EUR',
  edition: Edition.OPEN,
  licence: Licence.PERSONAL,
}

/** `IMG_2041-last_light.jpg` is “IMG 2041 last light”: a beginning that one may leave as it is. */
export function titleOf(fileName: string): string {
  const words = fileName
    .replace(/\.[^.]{1,5}$/, '')
    .replaceAll(/[\p{Cc}\p{Cf}_\-\s]+/gu, ' ')
    .normalize('NFC')
    .trim()
  return Array.from(words).slice(0, MAX_TITLE).join('').trim()
}
