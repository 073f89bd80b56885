import { useQuery } from '@connectrpc/connect-query'
import { keepPreviousData } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { useState } from 'react'

import { type GetSalesByDayResponse, SalesQueryService } from '@/gen/picasso/queries/v1/sales_pb'
import { useI18n } from '@/i18n'
import { Choice } from '@/ui/Choice'
import { ErrorNote } from '@/ui/ErrorNote'
import { Skeleton } from '@/ui/Skeleton'
import { Tabs } from '@/ui/Tabs'

import { BestSellers } from './BestSellers'
import { CurrencyDays, type View } from './CurrencyDays'
import { type Span, SPANS, USUAL } from './days'

const route = getRouteApi('/selling')

/** The sales of the last days: how much on which, and of which pictures. */
export function Days() {
  const { t } = useI18n()
  const { days = Number(USUAL) } = route.useSearch()
  const navigate = route.useNavigate()
  const { data, error, refetch, isPlaceholderData } = useQuery(
    SalesQueryService.method.getSalesByDay,
    { days },
    { placeholderData: keepPreviousData },
  )
  const choose = (span: Span) =>
    navigate({ search: span === USUAL ? {} : { days: Number(span) }, resetScroll: false, replace: true })
  return (
    <Tabs
      label={t('selling.span')}
      value={String(days) as Span}
      onChange={(span) => void choose(span)}
      tabs={SPANS.map((value) => ({ value, label: t('selling.lastDays', { count: Number(value) }) }))}
    >
      <div className="space-y-4" aria-busy={isPlaceholderData}>
        {error && <ErrorNote error={error} onRetry={refetch} />}
        {data ? <Shown answer={data} /> : !error && <Skeleton className="h-96 rounded-card" />}
      </div>
    </Tabs>
  )
}

function Shown({ answer }: { answer: GetSalesByDayResponse }) {
  const { t } = useI18n()
  const [view, setView] = useState<View>('chart')
  const { currencies, bestSellers, since, until } = answer
  if (currencies.length === 0) return <p className="py-6 text-muted">{t('selling.nothingInDays')}</p>
  return (
    <div className="space-y-10">
      <Choice
        label={t('selling.showAs')}
        value={view}
        onChange={setView}
        options={[
          { value: 'chart', label: t('selling.chart') },
          { value: 'table', label: t('selling.table') },
        ]}
      />
      {currencies.map((sales) => (
        <CurrencyDays key={sales.currency} view={view} sales={sales} since={since} until={until} />
      ))}
      {bestSellers.length > 0 && <BestSellers of={bestSellers} />}
    </div>
  )
}
