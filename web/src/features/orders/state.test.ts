import { timestampFromMs } from '@bufbuild/protobuf/wkt'
import { expect, test } from 'vitest'

import { OrderSide, OrderStatus } from '@/gen/picasso/queries/v1/order_pb'

import { declineText, isFollowed, moments, orderSearch, stateOf } from './state'

const events = (...names: string[]) =>
  names.map((what, index) => ({
    $typeName: 'picasso.queries.v1.OrderMoment' as const,
    what,
    at: timestampFromMs(index),
  }))
const order = (status: OrderStatus, { closure = '', declineCode = '', happened = [] as string[] } = {}) => ({
  status,
  closure,
  declineCode,
  timeline: events(...happened),
})

test('who comes back from paying waits until the order says so', () => {
  expect(stateOf(order(OrderStatus.OPEN), { checkout: 'success' })).toBe('confirming')
  expect(stateOf(order(OrderStatus.GRANTED), { checkout: 'cancelled' })).toBe('granted')
})

test('a card that was declined may be tried again while the page is open', () => {
  expect(stateOf(order(OrderStatus.OPEN, { declineCode: 'insufficient_funds' }), {})).toBe('declined')
  expect(stateOf(order(OrderStatus.OPEN), { checkout: 'cancelled' })).toBe('open')
})

test('why a card was declined is said where its owner can do something about it', () => {
  expect(declineText('insufficient_funds')).toBe('buy.declinedFunds')
  expect(declineText('generic_decline')).toBeUndefined()
  expect(declineText('constructor')).toBeUndefined()
})

test('why an order ended is told apart', () => {
  const closed = (closure: string) => stateOf(order(OrderStatus.CLOSED, { closure }), {})
  expect(closed('expired')).toBe('expired')
  expect(closed('cancelled_by_buyer')).toBe('cancelled')
  expect(closed('checkout_refused')).toBe('unpayable')
  expect(closed('something_new')).toBe('closed')
})

test('a payment is disputed until the bank has decided', () => {
  const paid = (...happened: string[]) => stateOf(order(OrderStatus.GRANTED, { happened }), {})
  expect(paid('PurchaseGranted', 'PurchaseDisputed', 'EarningsReleased')).toBe('disputed')
  expect(paid('PurchaseGranted', 'PurchaseDisputed', 'DisputeWon')).toBe('granted')
  expect(paid('PurchaseDisputed', 'DisputeWon', 'PurchaseDisputed')).toBe('disputed')
})

test('what can still change by itself is followed', () => {
  expect(
    [OrderStatus.STARTED, OrderStatus.OPEN, OrderStatus.REFUND_DUE].every((status) => isFollowed({ status })),
  ).toBe(true)
  expect(
    [OrderStatus.GRANTED, OrderStatus.CLOSED, OrderStatus.REFUNDED].some((status) => isFollowed({ status })),
  ).toBe(false)
})

test('nothing else is taken from the address', () => {
  expect(orderSearch({ checkout: 'success', x: 1 })).toEqual({ checkout: 'success' })
  expect(orderSearch({ checkout: 'paid' })).toEqual({})
})

test('the latest comes first; only the seller is told of their share, and nobody of what has no words', () => {
  const timeline = events('PurchaseGranted', 'TransferRequested', 'SellerPaid')
  const told = (side: OrderSide) => moments({ timeline, side }).map(({ name }) => name)
  expect(told(OrderSide.BUYER)).toEqual(['PurchaseGranted'])
  expect(told(OrderSide.SELLER)).toEqual(['SellerPaid', 'PurchaseGranted'])
})
