import { X } from 'lucide-react'

import { useI18n } from '@/i18n'

import type { ExploreSearch } from './search'

interface ChipsProps {
  search: ExploreSearch
  onChange: (change: ExploreSearch) => void
}

/** What narrows the list, each to be taken away. */
export function Chips({ search, onChange }: ChipsProps) {
  const { t, format } = useI18n()
  const { tag, currency, min, max } = search
  const money = (amount: number) => format.money({ amountMinor: BigInt(amount), currency: currency ?? 'EUR' })
  const price =
    min === undefined
      ? max !== undefined && t('explore.atMost', { max: money(max) })
      : max === undefined
        ? t('explore.atLeast', { min: money(min) })
        : t('explore.between', { min: money(min), max: money(max) })
  if (!tag && !price) return null
  return (
    <ul aria-label={t('explore.filters')} className="flex flex-wrap gap-2">
      {tag && <Chip text={`#${tag}`} onRemove={() => onChange({ tag: undefined })} />}
      {price && (
        <Chip text={price} onRemove={() => onChange({ currency: undefined, min: undefined, max: undefined })} />
      )}
    </ul>
  )
}

function Chip({ text, onRemove }: { text: string; onRemove: () => void }) {
  const { t } = useI18n()
  return (
    <li className="min-w-0">
      <button
        type="button"
        aria-label={t('explore.without', { filter: text })}
        onClick={onRemove}
        className="flex min-h-11 max-w-full items-center gap-2 rounded-full bg-surface px-4 text-sm font-medium hover:bg-line"
      >
        <span className="truncate">{text}</span>
        <X aria-hidden className="size-4 shrink-0" />
      </button>
    </li>
  )
}
