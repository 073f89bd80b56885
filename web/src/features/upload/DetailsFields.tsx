import { priceRange, type Wrong } from '@/details/rules'
import { TagsField } from '@/details/TagsField'
import { type PlainTextKey, type Translate, useI18n } from '@/i18n'
import { CURRENCIES, type Currency } from '@/i18n/amount'
import { Edition, Licence } from '@/gen/picasso/types/v1/types_pb'
import { Choice } from '@/ui/Choice'
import { Field } from '@/ui/Field'

import type { Shared } from './details'

interface FieldsProps<V> {
  values: V
  errors: Wrong
  onChange: (change: Partial<V>) => void
}

interface Offer<V> {
  value: V
  label: PlainTextKey
  text: PlainTextKey
}

const EDITIONS: readonly Offer<Shared['edition']>[] = [
  { value: Edition.OPEN, label: 'upload.open', text: 'upload.openText' },
  { value: Edition.EXCLUSIVE, label: 'upload.exclusive', text: 'upload.exclusiveText' },
]
const LICENCES: readonly Offer<Shared['licence']>[] = [
  { value: Licence.PERSONAL, label: 'upload.personal', text: 'upload.personalText' },
  { value: Licence.COMMERCIAL, label: 'upload.commercial', text: 'upload.commercialText' },
]

/** What may be said for all pictures at once. */
export function OfferFields({ values, errors, onChange }: FieldsProps<Shared>) {
  const { t } = useI18n()
  return (
    <>
      <PriceField values={values} errors={errors} onChange={onChange} />
      <Choice
        label={t('upload.edition')}
        options={said(EDITIONS, t)}
        value={values.edition}
        onChange={(edition) => onChange({ edition })}
      />
      <Choice
        label={t('upload.licence')}
        options={said(LICENCES, t)}
        value={values.licence}
        onChange={(licence) => onChange({ licence })}
      />
      <TagsField tags={values.tags} error={errors.tags} onChange={(tags) => onChange({ tags })} />
    </>
  )
}

function said<V>(offers: readonly Offer<V>[], t: Translate) {
  return offers.map(({ value, label, text }) => ({ value, label: t(label), text: t(text) }))
}

function PriceField({ values, errors, onChange }: FieldsProps<Pick<Shared, 'price' | 'currency'>>) {
  const { t, format } = useI18n()
  const currency = (
    <select
      aria-label={t('upload.currency')}
      value={values.currency}
      className="min-h-11 rounded-lg border border-outline bg-raised px-3 text-ink"
      onChange={({ target }) => onChange({ currency: target.value as Currency })}
    >
      {CURRENCIES.map((code) => (
        <option key={code}>{code}</option>
      ))}
    </select>
  )
  return (
    <Field
      label={t('upload.price')}
      hint={t('upload.priceHint', priceRange(values.currency, format))}
      error={errors.price}
      value={values.price}
      inputMode="decimal"
      autoComplete="off"
      required
      onChange={({ target }) => onChange({ price: target.value })}
      after={currency}
    />
  )
}
