import { getRouteApi } from '@tanstack/react-router'

import { isMissing } from '@/api/refusal'
import { NotFoundPage } from '@/app/NotFoundPage'
import { useI18n } from '@/i18n'
import { Button } from '@/ui/Button'
import { ErrorNote } from '@/ui/ErrorNote'
import { Page } from '@/ui/Page'
import { Skeleton } from '@/ui/Skeleton'

import { Payments } from './Payments'
import { Standing } from './Standing'
import { stateOf } from './state'
import { Timeline } from './Timeline'
import { useOrder } from './useOrder'

const route = getRouteApi('/orders/$purchaseId')

export function OrderPage() {
  const { purchaseId } = route.useParams()
  return <Order key={purchaseId} purchaseId={purchaseId} />
}

function Order({ purchaseId }: { purchaseId: string }) {
  const { t } = useI18n()
  const left = route.useSearch()
  const { order, error, refetch, hasGivenUp, followAgain } = useOrder(purchaseId)
  if (error && isMissing(error)) return <NotFoundPage />
  return (
    <Page title={t('buy.orderTitle')} width="narrow">
      {error && <ErrorNote error={error} onRetry={refetch} />}
      {order ? (
        <div className="space-y-8">
          {hasGivenUp && !error && (
            <div role="status" className="space-y-3 rounded-lg bg-surface p-4 text-sm">
              <p>{t('buy.notLive')}</p>
              <Button onClick={followAgain}>{t('common.retry')}</Button>
            </div>
          )}
          <Standing order={order} state={stateOf(order, left)} />
          <Payments of={order} />
          <Timeline of={order} />
        </div>
      ) : (
        !error && <Skeleton className="h-64 rounded-card" />
      )}
    </Page>
  )
}
