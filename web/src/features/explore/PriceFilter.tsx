import { type SubmitEvent, useId, useState } from 'react'

import { useI18n } from '@/i18n'
import { CURRENCIES, type Currency, parseAmount } from '@/i18n/amount'
import { Button } from '@/ui/Button'
import { Field } from '@/ui/Field'

import { type ExploreSearch, major } from './search'

interface PriceFilterProps {
  search: ExploreSearch
  onChange: (change: ExploreSearch) => void
}

/** What pictures may cost. Prices are compared in one currency: those in others are left out. */
export function PriceFilter({ search, onChange }: PriceFilterProps) {
  const { t } = useI18n()
  const id = useId()
  const [currency, setCurrency] = useState<Currency>(search.currency ?? 'EUR')
  const [typed, setTyped] = useState({ min: major(search.min, currency), max: major(search.max, currency) })
  const [isTold, setTold] = useState(false)
  const read = (text: string) => (text.trim() === '' ? null : parseAmount(text, currency))
  const min = read(typed.min)
  const max = read(typed.max)
  const isTurned = min != null && max != null && min > max
  const unreadable = (amount: bigint | null | undefined) =>
    isTold && amount === undefined ? t('explore.noAmount') : undefined
  const submit = (event: SubmitEvent) => {
    event.preventDefault()
    setTold(true)
    if (min === undefined || max === undefined || isTurned) return
    onChange({ currency, min: numberOf(min), max: numberOf(max) })
  }
  return (
    <form
      onSubmit={submit}
      className="flex flex-wrap items-start gap-3 rounded-card border border-line bg-surface p-4"
    >
      <div className="space-y-1.5">
        <label htmlFor={id} className="block text-sm font-medium">
          {t('explore.currency')}
        </label>
        <select
          id={id}
          value={currency}
          onChange={(event) => setCurrency(event.target.value as Currency)}
          className="min-h-11 rounded-lg border border-outline bg-raised px-3 py-2"
        >
          {CURRENCIES.map((currency) => (
            <option key={currency}>{currency}</option>
          ))}
        </select>
      </div>
      <div className="w-32">
        <Field
          label={t('explore.from')}
          inputMode="decimal"
          value={typed.min}
          error={unreadable(min)}
          onChange={({ target }) => setTyped({ ...typed, min: target.value })}
        />
      </div>
      <div className="w-32">
        <Field
          label={t('explore.upTo')}
          inputMode="decimal"
          value={typed.max}
          error={isTold && isTurned ? t('explore.turned') : unreadable(max)}
          onChange={({ target }) => setTyped({ ...typed, max: target.value })}
        />
      </div>
      <Button type="submit" className="mt-[1.625rem]">
        {t('explore.showThese')}
      </Button>
    </form>
  )
}

function numberOf(amount: bigint | null): number | undefined {
  return amount === null ? undefined : Number(amount)
}
