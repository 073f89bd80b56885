import type { en } from './en'

/** Which form is taken, `Intl.PluralRules` decides by `{count}`. */
export interface Plural {
  readonly one: string
  readonly other: string
}

/** What another language has to say for an area of `en/`: every key, in the same kind. */
export type Texts<T> = { readonly [K in keyof T]: T[K] extends string ? string : Plural }

export type Dictionary = { readonly [A in keyof typeof en]: Texts<(typeof en)[A]> }

type Area = keyof typeof en
/** For example `explore.title`. */
export type TextKey = { [A in Area]: `${A}.${keyof (typeof en)[A] & string}` }[Area]

type TextOf<K extends TextKey> = K extends `${infer A extends Area}.${infer N}`
  ? N extends keyof (typeof en)[A]
    ? (typeof en)[A][N]
    : never
  : never
type Named<S> = S extends `${string}{${infer Name}}${infer Rest}` ? Name | Named<Rest> : never
type Names<T> = T extends string
  ? Named<T>
  : T extends Plural
    ? 'count' | Named<T['one']> | Named<T['other']>
    : never

/** What stands in braces in a text has to be given. */
export type Params<K extends TextKey> = [Names<TextOf<K>>] extends [never]
  ? []
  : [Readonly<Record<Names<TextOf<K>>, string | number>>]

/** Of texts in which nothing has to be filled in. */
export type PlainTextKey = { [K in TextKey]: Params<K> extends [] ? K : never }[TextKey]

export type Translate = <K extends TextKey>(key: K, ...params: Params<K>) => string
