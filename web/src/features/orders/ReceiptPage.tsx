import { useQuery } from '@connectrpc/connect-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import { Printer } from 'lucide-react'

import { isMissing } from '@/api/refusal'
import { NotFoundPage } from '@/app/NotFoundPage'
import { OrderQueryService, OrderStatus } from '@/gen/picasso/queries/v1/order_pb'
import { useI18n } from '@/i18n'
import { Button } from '@/ui/Button'
import { ErrorNote } from '@/ui/ErrorNote'
import { Page } from '@/ui/Page'
import { Skeleton } from '@/ui/Skeleton'

import { Receipt } from './Receipt'
import { hasReceipt, stateOf } from './state'

const route = getRouteApi('/orders/$purchaseId/receipt')

/** Made to be printed: what stands around it stays on the screen. */
export function ReceiptPage() {
  const { t } = useI18n()
  const { purchaseId } = route.useParams()
  const { data, error, refetch } = useQuery(OrderQueryService.method.getOrder, { purchaseId })
  const order = data?.order
  if (error && isMissing(error)) return <NotFoundPage />
  const toOrder = (
    <Link to="/orders/$purchaseId" params={{ purchaseId }} className="font-medium underline print:hidden">
      {t('buy.toOrder')}
    </Link>
  )
  return (
    <Page title={t('buy.receipt')} width="narrow">
      <div className="space-y-6">
        {error && <ErrorNote error={error} onRetry={refetch} />}
        {!order && !error && <Skeleton className="h-80 rounded-card" />}
        {order && !hasReceipt(order) && <p>{t('buy.noReceipt')}</p>}
        {order && hasReceipt(order) && (
          <>
            <p className="hidden print:block">{t('common.footer')}</p>
            {order.status !== OrderStatus.GRANTED && (
              <p className="font-medium">{t(`buy.${stateOf(order, {})}`)}</p>
            )}
            <Receipt of={order} />
            <Button look="primary" className="print:hidden" onClick={() => window.print()}>
              <Printer aria-hidden className="size-4" />
              {t('buy.print')}
            </Button>
          </>
        )}
        <p>{toOrder}</p>
      </div>
    </Page>
  )
}
