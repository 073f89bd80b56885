import { v7 as uuidv7 } from 'uuid'

import { PurchaseCommandService } from '@/gen/picasso/commands/v1/purchase_pb'
import { OrderStatus } from '@/gen/picasso/queries/v1/order_pb'
import { SalesQueryService } from '@/gen/picasso/queries/v1/sales_pb'

import { buyChargedTwice, goAndPay, waitUntilPaid } from './support/acts'
import { newDeal, orderOf, ordersOf, payAt } from './support/deal'
import { hold } from './support/hold'
import { LATE_MS, news, waitForNews } from './support/news'
import { expect, test } from './support/test'
import { until } from './support/until'

test('a webhook that comes late finds the order paid, and changes nothing', async ({ market, visit }) => {
  const { artist, buyer, picture } = await newDeal(market)
  await market.sandbox('/sandbox/faults', { on: 'webhook', kind: 'deliver_late', ms: LATE_MS, match: picture })
  const { page } = await visit({ as: buyer })
  await page.goto(`/pictures/${picture}`)
  await goAndPay(page)
  await page.waitForURL('**/checkout/*')
  const checkoutUrl = page.url()
  await page.getByRole('button', { name: 'Pay', exact: true }).click()
  await waitUntilPaid(page)
  expect(await news(market, 'pending'), 'it has not come').toHaveLength(1)
  await waitForNews(market)
  // Only a webhook tells of a second charge: once that is known, the late one has been heard too.
  await payAt(checkoutUrl, 'pay-twice')
  await until('the second charge is returned', async () => {
    const { payments } = await orderOf(buyer)
    return payments.some(({ refund }) => refund?.refundedAt) || undefined
  })
  await page.reload()
  await page.getByText('The payment was returned').waitFor()
  expect(await page.getByText('Payment received').count()).toBe(2)
  expect(await page.getByText('The picture can be downloaded').count()).toBe(1)
  expect(await ordersOf(buyer)).toEqual({ all: 1, paid: 1 })
  const { figures } = await artist.client(SalesQueryService).getSalesSummary({})
  expect(figures).toMatchObject([{ sales: 1n, refunds: 0n }])
})

test('a payment heard of late, when the sale was taken back already, is returned too', async ({
  market,
  visit,
}) => {
  const { artist, buyer, picture } = await newDeal(market)
  const late = { on: 'webhook', kind: 'deliver_late', ms: LATE_MS, match: picture, times: 2 }
  await market.sandbox('/sandbox/faults', late)
  const { page } = await visit({ as: buyer })
  await buyChargedTwice(page, picture)
  const { purchaseId } = await orderOf(buyer)
  await artist.client(PurchaseCommandService).refundPurchase({ requestId: uuidv7(), purchaseId })
  expect(await orderOf(buyer), 'orders tell of it').not.toMatchObject({ status: OrderStatus.GRANTED })
  await page.reload()
  await page.getByRole('status').filter({ hasText: 'the payment was returned' }).waitFor()
  expect(await page.getByText('Payment received').count(), 'nobody knows of the other').toBe(1)
  await waitForNews(market)
  await until('the other is returned', async () => {
    const { payments } = await orderOf(buyer)
    return (payments.length === 2 && payments.every(({ refund }) => refund?.refundedAt)) || undefined
  })
  await page.reload()
  await page.getByText('The payment was returned').nth(1).waitFor()
  expect(await page.getByText('Payment received').count()).toBe(2)
  expect(await page.getByRole('button', { name: 'Download the original' }).count()).toBe(0)
})

test('who leaves an order that is paid has the picture, and is told', async ({ market, visit }) => {
  const { buyer, picture } = await newDeal(market)
  const { purchaseId, checkoutUrl } = await buyer.startCheckout(picture)
  await market.sandbox('/sandbox/faults', { on: 'webhook', kind: 'deliver_late', ms: LATE_MS, match: picture })
  const { page } = await visit({ as: buyer })
  const following = await hold(page, '**/WatchOrder')
  await page.goto(`/orders/${purchaseId}`)
  const leave = page.getByRole('button', { name: 'Leave the order' })
  await leave.waitFor()
  await payAt(checkoutUrl)
  await leave.click()
  await page.getByRole('alert').waitFor()
  following.letGo()
  await waitUntilPaid(page)
  expect(await ordersOf(buyer)).toEqual({ all: 1, paid: 1 })
})
