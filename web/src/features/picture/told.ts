import {
  type GetProvenanceResponse,
  ProvenanceKind,
  type ProvenanceMoment,
} from '@/gen/picasso/queries/v1/gallery_pb'
import type { Translate } from '@/i18n'

/** Where a price says something that was not known before. */
const PRICED = [ProvenanceKind.PUBLISHED, ProvenanceKind.REPRICED, ProvenanceKind.SOLD]

/** What people are told that happened; what is left out has no time. */
type Told = Partial<Pick<ProvenanceMoment, 'person' | 'price' | 'times' | 'at' | 'latestAt'>> & { text: string }

/** What people are told of a picture's provenance, the latest first. */
export function told({ moments, leftOut }: Pick<GetProvenanceResponse, 'moments' | 'leftOut'>, t: Translate) {
  const all = moments.flatMap(({ kind, price, ...moment }): Told[] => {
    const text = textOf({ kind, ...moment }, t)
    return text ? [{ ...moment, text, price: PRICED.includes(kind) ? price : undefined }] : []
  })
  if (leftOut > 0n) all.splice(1, 0, { text: t('picture.leftOut', { count: Number(leftOut) }) })
  return all.reverse()
}

/** Before the name of whom it happened to, if somebody is named; nothing for what this app does not know. */
function textOf({ kind, times, person }: Pick<ProvenanceMoment, 'kind' | 'times' | 'person'>, t: Translate) {
  const count = Number(times)
  switch (kind) {
    case ProvenanceKind.UPLOADED:
      return t('picture.uploadedBy')
    case ProvenanceKind.PUBLISHED:
      return t('picture.published')
    case ProvenanceKind.REPRICED:
      return t('picture.repriced')
    case ProvenanceKind.SOLD:
      return person ? t('picture.soldTo') : t('picture.soldTimes', { count })
    case ProvenanceKind.RETURNED:
      return person ? t('picture.returnedTo') : t('picture.returnedTimes', { count })
    case ProvenanceKind.WITHDRAWN:
      return t('picture.withdrawn')
    default:
      return undefined
  }
}
