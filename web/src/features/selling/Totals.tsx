import { useQuery } from '@connectrpc/connect-query'

import { SalesQueryService } from '@/gen/picasso/queries/v1/sales_pb'
import { useI18n } from '@/i18n'

/** All there ever was, per currency. Without an answer the list below says what is wrong. */
export function Totals() {
  const { t, format } = useI18n()
  const { data } = useQuery(SalesQueryService.method.getSalesSummary, {})
  if (!data?.figures.length) return null
  return (
    <ul className="text-muted">
      {data.figures.map(({ sales, gross, refunds, refunded }) => (
        <li key={gross?.currency}>
          {gross && t('selling.total', { count: Number(sales), gross: format.money(gross) })}
          {refunded &&
            refunds > 0n &&
            ` · ${t('selling.totalRefunds', { count: Number(refunds), refunded: format.money(refunded) })}`}
        </li>
      ))}
    </ul>
  )
}
