import { type ComponentProps, useId } from 'react'

import { useI18n } from '@/i18n'

import { AGGREGATE_TYPES } from './aggregates'

/** One type of aggregates; the names are those of the log, in every language. */
export function TypeSelect({ all, ...select }: ComponentProps<'select'> & { all?: string }) {
  const { t } = useI18n()
  const id = useId()
  return (
    <div className="space-y-1.5">
      <label htmlFor={id} className="block text-sm font-medium">
        {t('ops.aggregateType')}
      </label>
      <select
        {...select}
        id={id}
        className="min-h-11 w-full rounded-lg border border-outline bg-raised px-3 text-ink"
      >
        {all && <option value="">{all}</option>}
        {AGGREGATE_TYPES.map((type) => (
          <option key={type}>{type}</option>
        ))}
      </select>
    </div>
  )
}
