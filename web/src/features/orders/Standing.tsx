import { Link } from '@tanstack/react-router'

import { useCommand } from '@/api/useCommand'
import { DownloadButton } from '@/checkout/DownloadButton'
import { PurchaseCommandService } from '@/gen/picasso/commands/v1/purchase_pb'
import { type Order, OrderSide } from '@/gen/picasso/queries/v1/order_pb'
import { useI18n } from '@/i18n'
import { Button, buttonClass } from '@/ui/Button'
import { ErrorNote } from '@/ui/ErrorNote'
import { Money } from '@/ui/Money'
import { Picture } from '@/ui/Picture'
import { Time } from '@/ui/Time'

import { declineText, hasReceipt, type State } from './state'

/** Where an order stands, and what can be done about it. */
export function Standing({ order, state }: { order: Order; state: State }) {
  const { t } = useI18n()
  const isBuyer = order.side === OrderSide.BUYER
  const { purchaseId } = order
  return (
    <div className="space-y-6">
      <div className="flex items-start gap-5">
        {order.picture && (
          <div className="w-28 shrink-0">
            <Picture of={order.picture} sizes="7rem" isFirst className="rounded-card" />
          </div>
        )}
        <div className="min-w-0 space-y-1">
          <h2 className="text-xl font-semibold break-words">{order.picture?.title}</h2>
          <p>
            <Money of={order.price} />
          </p>
        </div>
      </div>
      <div role="status" className="space-y-1">
        <p className="text-lg">{t(isBuyer ? `buy.${state}` : `buy.${state}Sold`)}</p>
        {isBuyer && (
          <p className="text-muted">
            {nextStep(order, state)
              .map((key) => t(key))
              .join(' ')}
          </p>
        )}
      </div>
      {isBuyer && <Actions order={order} state={state} />}
      {hasReceipt(order) && (
        <p>
          <Link to="/orders/$purchaseId/receipt" params={{ purchaseId }} className="font-medium underline">
            {t('buy.receipt')}
          </Link>
        </p>
      )}
    </div>
  )
}

function nextStep({ declineCode }: Order, state: State) {
  const why = state === 'declined' ? declineText(declineCode) : undefined
  return why ? [why, `buy.${state}Next` as const] : [`buy.${state}Next` as const]
}

const UNBOUGHT = new Set<State>(['expired', 'cancelled', 'unpayable', 'closed'])

function Actions({ order, state }: { order: Order; state: State }) {
  if (state === 'granted' || state === 'disputed') return <DownloadButton pictureId={order.pictureId} />
  if ((state === 'open' || state === 'declined') && order.checkoutUrl) return <Checkout order={order} />
  if (UNBOUGHT.has(state)) return <BuyAgain order={order} />
  return null
}

function Checkout({ order: { purchaseId, checkoutUrl, expiresAt } }: { order: Order }) {
  const { t } = useI18n()
  const leave = useCommand(PurchaseCommandService.method.cancelCheckout, { tellsErrors: true })
  return (
    <div className="space-y-3">
      <div className="flex flex-wrap gap-3">
        <a className={buttonClass('primary')} href={checkoutUrl}>
          {t('buy.toPayment')}
        </a>
        <Button isBusy={leave.isPending} onClick={() => void leave.run({ purchaseId })}>
          {t('buy.leave')}
        </Button>
      </div>
      {leave.error && <ErrorNote error={leave.error} />}
      <p className="text-sm text-muted">
        {t('buy.closes')} <Time at={expiresAt} as="dateTime" />
      </p>
    </div>
  )
}

/** Terms are frozen by an order: a new one is at the price of now. */
function BuyAgain({ order: { pictureId, picture, price: former } }: { order: Order }) {
  const { t, format } = useI18n()
  const price = picture?.price
  const isOther = price && (price.amountMinor !== former?.amountMinor || price.currency !== former.currency)
  return (
    <div className="space-y-3">
      {isOther && <p>{t('buy.costsNow', { price: format.money(price) })}</p>}
      <Link to="/pictures/$id" params={{ id: pictureId }} className={buttonClass()}>
        {t('buy.toPicture')}
      </Link>
    </div>
  )
}
