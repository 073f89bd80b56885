import { useQuery } from '@connectrpc/connect-query'
import { Link } from '@tanstack/react-router'

import { PayoutQueryService, PayoutStatus } from '@/gen/picasso/queries/v1/payout_pb'
import { useI18n } from '@/i18n'
import { buttonClass } from '@/ui/Button'
import { ErrorNote } from '@/ui/ErrorNote'
import { Skeleton } from '@/ui/Skeleton'

import { PAYOUT_STATUS } from './payoutStatus'

/** Whether one can be paid, and the way there. */
export function PayoutCard() {
  const { t } = useI18n()
  const { data, error, refetch } = useQuery(PayoutQueryService.method.getPayoutStatus, {})
  if (!data) {
    return error ? <ErrorNote error={error} onRetry={refetch} /> : <Skeleton className="h-20 rounded-card" />
  }
  const isReady = data.status === PayoutStatus.ENABLED
  return (
    <div className="flex flex-wrap items-center justify-between gap-4 rounded-card bg-surface p-4 sm:p-5">
      <p className="min-w-0 grow basis-64">{t(PAYOUT_STATUS[data.status])}</p>
      <Link to="/payouts" className={buttonClass(isReady ? 'secondary' : 'primary')}>
        {t(isReady ? 'selling.payoutTitle' : 'selling.payoutSetUp')}
      </Link>
    </div>
  )
}
