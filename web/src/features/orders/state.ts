import { type Order, type OrderMoment, OrderSide, OrderStatus } from '@/gen/picasso/queries/v1/order_pb'
import type { buy } from '@/i18n/en/buy'

/** What a buyer or seller is told of an order. */
export type State =
  | 'made'
  | 'open'
  | 'confirming'
  | 'declined'
  | 'granted'
  | 'disputed'
  | 'expired'
  | 'cancelled'
  | 'unpayable'
  | 'closed'
  | 'refundDue'
  | 'refunded'

interface OrderSearch {
  checkout?: 'success' | 'cancelled'
}

/** How the payment page was left, which the provider says in the address; the order itself decides. */
export function orderSearch({ checkout }: Record<string, unknown>): OrderSearch {
  return checkout === 'success' || checkout === 'cancelled' ? { checkout } : {}
}

export function stateOf(
  order: Pick<Order, 'status' | 'closure' | 'declineCode' | 'timeline'>,
  left: OrderSearch,
): State {
  switch (order.status) {
    case OrderStatus.GRANTED:
      return isDisputed(order.timeline) ? 'disputed' : 'granted'
    case OrderStatus.REFUND_DUE:
      return 'refundDue'
    case OrderStatus.REFUNDED:
      return 'refunded'
    case OrderStatus.CLOSED:
      return CLOSURES[order.closure] ?? 'closed'
    case OrderStatus.OPEN:
      if (left.checkout === 'success') return 'confirming'
      return order.declineCode ? 'declined' : 'open'
    default:
      return 'made'
  }
}

const CLOSURES: Readonly<Record<string, State>> = {
  expired: 'expired',
  cancelled_by_buyer: 'cancelled',
  checkout_refused: 'unpayable',
}

function isDisputed(timeline: readonly Pick<OrderMoment, 'what'>[]): boolean {
  const disputes = timeline.filter(({ what }) => what === 'PurchaseDisputed' || what.startsWith('Dispute'))
  return disputes.at(-1)?.what === 'PurchaseDisputed'
}

const FOLLOWED = new Set([OrderStatus.STARTED, OrderStatus.OPEN, OrderStatus.REFUND_DUE])

/** Whether something may still happen by itself, soon. */
export function isFollowed({ status }: Pick<Order, 'status'>): boolean {
  return FOLLOWED.has(status)
}

/** Whether the buyer's money has come, for this order to have a receipt. */
export function hasReceipt({ status }: Pick<Order, 'status'>): boolean {
  return [OrderStatus.GRANTED, OrderStatus.REFUND_DUE, OrderStatus.REFUNDED].includes(status)
}

const MOMENTS = [
  'PurchaseStarted',
  'CheckoutOpened',
  'PaymentDeclined',
  'PaymentReceived',
  'PurchaseGranted',
  'PurchaseClosed',
  'PurchaseRevoked',
  'RefundRequested',
  'PaymentRefunded',
  'PurchaseDisputed',
  'DisputeWon',
  'DisputeLost',
] as const satisfies readonly (keyof typeof buy)[]
/** Of a seller's share, which is no buyer's business. */
const SHARES = [
  'EarningsReleased',
  'SellerPaid',
  'TransferReversed',
] as const satisfies readonly (keyof typeof buy)[]

/** What of an order's events its two sides are told, the latest first. */
export function moments({ timeline, side }: Pick<Order, 'timeline' | 'side'>) {
  const told = side === OrderSide.SELLER ? [...MOMENTS, ...SHARES] : MOMENTS
  return [...timeline].reverse().flatMap(({ what, at }) => {
    const name = told.find((name) => name === what)
    return name && at ? [{ name, at }] : []
  })
}

/** Why a card was declined, as far as its owner can do something about it. */
const DECLINES = {
  insufficient_funds: 'buy.declinedFunds',
  expired_card: 'buy.declinedExpired',
  incorrect_cvc: 'buy.declinedCvc',
  invalid_cvc: 'buy.declinedCvc',
} as const

export function declineText(code: string) {
  return Object.hasOwn(DECLINES, code) ? DECLINES[code as keyof typeof DECLINES] : undefined
}
