import type { Order, OrderPayment } from '@/gen/picasso/queries/v1/order_pb'
import { useI18n } from '@/i18n'
import { Money } from '@/ui/Money'
import { Time } from '@/ui/Time'

/** What was paid for an order, and what of it goes back. */
export function Payments({ of: { payments } }: { of: Order }) {
  const { t } = useI18n()
  if (payments.length === 0) return null
  return (
    <section>
      <h2 className="text-lg font-semibold">{t('buy.payments')}</h2>
      <ul className="mt-2 divide-y divide-line">
        {payments.map((payment, index) => (
          <li key={index} className="flex justify-between gap-4 py-2.5">
            <Money of={payment.amount} />
            <Course of={payment} />
          </li>
        ))}
      </ul>
    </section>
  )
}

function Course({ of: { receivedAt, refund } }: { of: OrderPayment }) {
  const { t } = useI18n()
  return (
    <span className="text-right text-sm text-muted">
      <span className="block">
        {t('buy.received')} <Time at={receivedAt} />
      </span>
      {refund && (
        <span className="block">
          {t(refund.refundedAt ? 'buy.returned' : 'buy.goesBack')}{' '}
          <Time at={refund.refundedAt ?? refund.requestedAt} />
        </span>
      )}
    </span>
  )
}
