import { useI18n } from '@/i18n'
import { Field } from '@/ui/Field'

import type { Words, Wrong } from './rules'

interface FieldsProps<V> {
  values: V
  errors: Wrong
  onChange: (change: Partial<V>) => void
}

/** What is said of each picture alone. */
export function WordsFields({ values, errors, onChange }: FieldsProps<Pick<Words, 'title' | 'altText'>>) {
  const { t } = useI18n()
  return (
    <>
      <Field
        label={t('upload.pictureTitle')}
        value={values.title}
        error={errors.title}
        required
        onChange={({ target }) => onChange({ title: target.value })}
      />
      <Field
        label={t('upload.altText')}
        hint={t('upload.altTextHint')}
        value={values.altText}
        error={errors.altText}
        onChange={({ target }) => onChange({ altText: target.value })}
      />
    </>
  )
}

export function DescriptionField({ values, errors, onChange }: FieldsProps<Pick<Words, 'description'>>) {
  const { t } = useI18n()
  return (
    <Field
      multiline
      rows={3}
      label={t('upload.description')}
      hint={t('upload.descriptionHint')}
      value={values.description}
      error={errors.description}
      onChange={({ target }) => onChange({ description: target.value })}
    />
  )
}
