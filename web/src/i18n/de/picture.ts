import type { Texts } from '../dictionary'
import type { picture as en } from '../en/picture'

export const picture: Texts<typeof en> = {
  like: '„{title}“ gefällt mir,',
  missingTitle: 'Dieses Bild gibt es nicht',
  missingText: 'Vielleicht ist die Adresse vertippt, oder das Bild wurde zurückgezogen.',
  by: 'von',
  loading: 'Bild',
  about: 'Über das Bild',
  tags: 'Schlagwörter',
  altText: 'In Worten',
  format: 'Format',
  published: 'Veröffentlicht',
  sales: 'Verkauft',
  times: { one: 'einmal', other: '{count}-mal' },
  priceHistory: 'Frühere Preise',
  since: 'seit',
  unpublished: 'Nicht veröffentlicht',
  withdrawn: 'Zurückgezogen',
  sold: 'Verkauft',
  reserved: 'Wird gerade gekauft',
}
