import type { Picture } from '@/gen/picasso/queries/v1/picture_pb'
import type { Words } from '@/details/rules'

export const FIELDS = ['title', 'altText', 'description', 'tags'] as const satisfies (keyof Words)[]
export type Whose = 'mine' | 'theirs'
export type FieldName = (typeof FIELDS)[number]

/** What is being written, and on top of what: `etag` says which version of the picture that was. */
export interface Draft {
  base: Words
  etag: string
  words: Words
  /** What others have written meanwhile where one has written oneself: to be chosen from. */
  others: Partial<Words>
}

export function wordsOf({ title, altText, description, tags }: Picture): Words {
  return { title, altText, description, tags }
}

export function begin(picture: Picture): Draft {
  const words = wordsOf(picture)
  return { base: words, etag: picture.etag, words, others: {} }
}

/**
 * The same draft on top of a later version. What only others have changed is taken over, what only oneself has changed
 * stays; what both have changed differently stays as one wrote it, until one has chosen.
 */
export function rebase({ base, words }: Draft, later: Picture): Draft {
  const theirs = wordsOf(later)
  const isMine = (field: FieldName) => !same(words[field], base[field])
  const isTheirs = (field: FieldName) => !same(theirs[field], base[field])
  const both = FIELDS.filter((field) => isMine(field) && isTheirs(field) && !same(words[field], theirs[field]))
  return {
    base: theirs,
    etag: later.etag,
    words: { ...theirs, ...pick(words, FIELDS.filter(isMine)) },
    others: pick(theirs, both),
  }
}

/** Ends the choice for one field: one's own words, or the others'. */
export function choose(draft: Draft, field: FieldName, whose: Whose): Draft {
  const { [field]: other, ...others } = draft.others
  const words = whose === 'theirs' && other !== undefined ? { ...draft.words, [field]: other } : draft.words
  return { ...draft, words, others }
}

/** What is left to write once `saved` is: nothing, unless something was written while it was on its way. */
export function after(draft: Draft, saved: Words, etag: string): Draft | undefined {
  const left = { ...draft, base: saved, etag }
  return isChanged(left) ? left : undefined
}

export function isChanged({ base, words }: Draft): boolean {
  return FIELDS.some((field) => !same(base[field], words[field]))
}

export function isContested({ others }: Draft): boolean {
  return FIELDS.some((field) => others[field] !== undefined)
}

function same(one: string | readonly string[], other: string | readonly string[]): boolean {
  return JSON.stringify(one) === JSON.stringify(other)
}

function pick(words: Words, fields: readonly FieldName[]): Partial<Words> {
  return Object.fromEntries(fields.map((field) => [field, words[field]]))
}
