import { useNavigate } from '@tanstack/react-router'

import { useI18n } from '@/i18n'
import { Button } from '@/ui/Button'
import { Field } from '@/ui/Field'
import { useForm } from '@/ui/useForm'

import { type Lookup, lookupOf } from './aggregates'
import { TypeSelect } from './TypeSelect'

interface Values extends Record<string, string> {
  type: string
  id: string
  at: string
}

/** Which aggregate is shown: it becomes the address of the page, so that it can be handed on. */
export function LookupForm({ lookup }: { lookup: Lookup }) {
  const { t } = useI18n()
  const navigate = useNavigate()
  const { errors, formProps } = useForm<Values>({
    validate: ({ id, at }) => ({
      ...(id.trim() === '' && { id: t('ops.noId') }),
      ...(at.trim() !== '' && !/^[1-9]\d*$/.test(at.trim()) && { at: t('ops.noSequence') }),
    }),
    submit: ({ type, id, at }) =>
      navigate({ to: '/ops/aggregates', search: lookupOf({ type, id: id.trim(), at: Number(at) }) }),
  })
  return (
    <form {...formProps} className="grid items-start gap-4 sm:grid-cols-[12rem_minmax(0,1fr)_10rem_auto]">
      <TypeSelect name="type" defaultValue={lookup.type ?? 'picture'} />
      <Field
        label={t('ops.aggregateId')}
        name="id"
        defaultValue={lookup.id}
        error={errors.id}
        autoComplete="off"
        spellCheck={false}
        required
      />
      <Field
        label={t('ops.atSequence')}
        name="at"
        defaultValue={lookup.at}
        error={errors.at}
        inputMode="numeric"
        autoComplete="off"
        placeholder={t('ops.now')}
      />
      <Button type="submit" look="primary" className="sm:mt-[1.625rem]">
        {t('ops.show')}
      </Button>
    </form>
  )
}
