import { CatchBoundary } from '@tanstack/react-router'
import { lazy, Suspense } from 'react'

import type { SalesDay, SalesOfCurrency } from '@/gen/picasso/queries/v1/sales_pb'
import { useI18n } from '@/i18n'
import { type Column, DataTable } from '@/ui/DataTable'
import { Money } from '@/ui/Money'
import { Skeleton } from '@/ui/Skeleton'

import { eventful } from './days'

export type View = 'chart' | 'table'

// What draws is large, and only sellers need it.
const DayChart = lazy(async () => ({ default: (await import('./DayChart')).DayChart }))

interface CurrencyDaysProps {
  view: View
  sales: SalesOfCurrency
  since: string
  until: string
}

/** What was sold and taken back in one currency. */
export function CurrencyDays({ view, sales: { currency, days }, since, until }: CurrencyDaysProps) {
  const { t, format } = useI18n()
  const span = { currency, since: format.day(since), until: format.day(until) }
  const table = <DayTable caption={t('selling.tableCaption', span)} days={days} />
  return (
    <section className="space-y-3">
      <h3 className="font-semibold">{t('selling.sold', { currency })}</h3>
      {view === 'table' ? (
        table
      ) : (
        // A chart that cannot be fetched is read as a table.
        <CatchBoundary getResetKey={() => currency} errorComponent={() => table}>
          <div role="img" aria-label={t('selling.chartName', span)} className="h-64">
            <Suspense fallback={<Skeleton className="h-full rounded-card" />}>
              <DayChart currency={currency} days={days} />
            </Suspense>
          </div>
        </CatchBoundary>
      )}
    </section>
  )
}

function DayTable({ caption, days }: { caption: string; days: readonly SalesDay[] }) {
  const { t, format } = useI18n()
  const columns: Column<SalesDay>[] = [
    { title: t('selling.day'), cell: ({ day }) => <span className="whitespace-nowrap">{format.day(day)}</span> },
    { title: t('selling.salesCount'), cell: ({ sales }) => format.number(sales), isNumber: true },
    { title: t('selling.gross'), cell: ({ gross }) => <Money of={gross} />, isNumber: true },
    { title: t('selling.fees'), cell: ({ fees }) => <Money of={fees} />, isNumber: true },
    { title: t('selling.refunds'), cell: ({ refunds }) => format.number(refunds), isNumber: true },
    { title: t('selling.refunded'), cell: ({ refunded }) => <Money of={refunded} />, isNumber: true },
    { title: t('selling.feesRefunded'), cell: ({ feesRefunded }) => <Money of={feesRefunded} />, isNumber: true },
  ]
  return <DataTable caption={caption} columns={columns} rows={eventful(days)} keyOf={({ day }) => day} />
}
