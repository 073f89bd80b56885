import { useInfiniteQuery } from '@connectrpc/connect-query'
import { Link } from '@tanstack/react-router'

import { Purchase, Purchases } from '@/checkout/Purchases'
import { type Order, OrderQueryService, OrderSide } from '@/gen/picasso/queries/v1/order_pb'
import { useI18n } from '@/i18n'
import { Money } from '@/ui/Money'
import { Page } from '@/ui/Page'
import { Time } from '@/ui/Time'

import { hasReceipt, stateOf } from './state'

/** What one has bought or tried to buy. */
export function OrdersPage() {
  const { t } = useI18n()
  const { data, ...query } = useInfiniteQuery(
    OrderQueryService.method.listOrders,
    { side: OrderSide.BUYER, pageToken: '' },
    { pageParamKey: 'pageToken', getNextPageParam: ({ nextPageToken }) => nextPageToken || undefined },
  )
  return (
    <Page title={t('buy.ordersTitle')}>
      <Purchases
        {...query}
        entries={data?.pages.flatMap(({ orders }) => orders)}
        keyOf={({ purchaseId }) => purchaseId}
        empty={t('buy.ordersEmpty')}
      >
        {(order) => <Entry order={order} />}
      </Purchases>
    </Page>
  )
}

function Entry({ order }: { order: Order }) {
  const { t } = useI18n()
  const { purchaseId, picture, price, startedAt } = order
  return (
    <Purchase picture={picture}>
      <h2 className="truncate text-lg font-semibold">
        <Link to="/orders/$purchaseId" params={{ purchaseId }} className="hover:underline">
          {picture?.title}
        </Link>
      </h2>
      <p className="text-sm text-muted">
        <Money of={price} /> · <Time at={startedAt} as="date" />
      </p>
      <p>{t(`buy.${stateOf(order, {})}`)}</p>
      {hasReceipt(order) && (
        <Link to="/orders/$purchaseId/receipt" params={{ purchaseId }} className="text-sm underline">
          {t('buy.receipt')}
        </Link>
      )}
    </Purchase>
  )
}
