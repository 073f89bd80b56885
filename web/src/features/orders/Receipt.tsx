import { BoughtFacts } from '@/checkout/BoughtFacts'
import type { Order } from '@/gen/picasso/queries/v1/order_pb'
import type { Person } from '@/gen/picasso/queries/v1/picture_pb'
import { useI18n } from '@/i18n'
import { Fact, Facts } from '@/ui/Facts'
import { Money } from '@/ui/Money'
import { Time } from '@/ui/Time'

/** What was bought, by whom, and for how much, as it was agreed to. */
export function Receipt({ of: order }: { of: Order }) {
  const { t } = useI18n()
  const { purchaseId, picture, seller, buyer, price, payments, startedAt } = order
  return (
    <Facts>
      <Fact name={t('buy.number')}>{purchaseId}</Fact>
      <Fact name={t('buy.date')}>
        <Time at={payments[0]?.receivedAt ?? startedAt} />
      </Fact>
      <Fact name={t('buy.seller')}>{named(seller)}</Fact>
      <Fact name={t('buy.buyer')}>{named(buyer)}</Fact>
      <Fact name={t('buy.picture')}>{picture?.title}</Fact>
      <BoughtFacts of={order} />
      <Fact name={t('buy.paid')}>
        <strong>
          <Money of={price} />
        </strong>
      </Fact>
      {payments.map(
        ({ amount, refund }, index) =>
          refund && (
            <Fact key={index} name={t(refund.refundedAt ? 'buy.PaymentRefunded' : 'buy.RefundRequested')}>
              <Money of={amount} /> · <Time at={refund.refundedAt ?? refund.requestedAt} />
            </Fact>
          ),
      )}
    </Facts>
  )
}

function named(person: Person | undefined): string {
  return person ? `${person.displayName} @${person.handle}` : ''
}
