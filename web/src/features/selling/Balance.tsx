import { useQuery } from '@connectrpc/connect-query'

import { type Earnings, PayoutQueryService } from '@/gen/picasso/queries/v1/payout_pb'
import { useI18n } from '@/i18n'
import { ErrorNote } from '@/ui/ErrorNote'
import { Money } from '@/ui/Money'
import { Skeleton } from '@/ui/Skeleton'

/** What one has earned and been paid, as the server's books say. */
export function Balance() {
  const { t } = useI18n()
  const { data, error, refetch } = useQuery(PayoutQueryService.method.getEarnings, {})
  if (!data) {
    return error ? <ErrorNote error={error} onRetry={refetch} /> : <Skeleton className="h-28 rounded-card" />
  }
  if (data.earnings.length === 0) return <p className="text-muted">{t('selling.nothingEarned')}</p>
  return (
    <div className="space-y-4">
      {data.earnings.map((earned) => (
        <Currency key={earned.paid?.currency} earned={earned} />
      ))}
    </div>
  )
}

/** Currencies are never added up. */
function Currency({ earned }: { earned: Earnings }) {
  const { t } = useI18n()
  const { pending, held, available, paid } = earned
  const owes = (available?.amountMinor ?? 0n) < 0n
  const figures = [
    [t('selling.pending'), pending],
    [t('selling.available'), available],
    [t('selling.held'), held],
    [t('selling.paid'), paid],
  ] as const
  return (
    <div className="rounded-card border border-line p-4 sm:p-5">
      <dl className="grid grid-cols-[repeat(auto-fit,minmax(8rem,1fr))] gap-x-6 gap-y-4">
        {figures.map(([name, amount]) => (
          <div key={name}>
            <dt className="text-sm text-muted">{name}</dt>
            <dd className="mt-1 text-xl font-semibold">
              <Money of={amount} />
            </dd>
          </div>
        ))}
      </dl>
      {owes && <p className="mt-4 text-sm text-muted">{t('selling.owed')}</p>}
    </div>
  )
}
