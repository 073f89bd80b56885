import { MOST_BREAKS } from '@/api/follow'

import { fillUpload, goAndPay, waitUntilPaid } from './support/acts'
import { newDeal, orderOf, ordersOf, payAt } from './support/deal'
import { cutStreams } from './support/streams'
import { expect, test } from './support/test'
import { until } from './support/until'
import { OUTAGE } from './support/visitor'

test('a server that is killed while a picture is published costs nothing, and publishes once', async ({
  market,
  visit,
}) => {
  const { artist, artistPath } = await newDeal(market)
  const { page } = await visit({ as: artist, mayHear: OUTAGE })
  await fillUpload(page, 'phone-jolla.jpg', 'Second')
  await page.getByRole('listitem').filter({ hasText: 'Sent' }).waitFor()
  await market.kill()
  await page.getByRole('button', { name: 'Publish' }).click()
  await market.start()
  await page.getByRole('link', { name: /^See it/ }).waitFor({ timeout: 60_000 })
  await page.goto(artistPath)
  await page.getByRole('link', { name: 'Second' }).waitFor()
  expect(await page.getByRole('article').count()).toBe(2)
})

test('who waits on the page of an order sees it paid though the server was killed', async ({ market, visit }) => {
  const { buyer, picture } = await newDeal(market)
  const { purchaseId, checkoutUrl } = await buyer.startCheckout(picture)
  const { page } = await visit({ as: buyer, mayHear: OUTAGE })
  await page.goto(`/orders/${purchaseId}`)
  await page.getByRole('link', { name: 'To the payment page' }).waitFor()
  await market.kill()
  await market.start()
  await payAt(checkoutUrl)
  await page.getByRole('status').filter({ hasText: 'Paid.' }).waitFor({ timeout: 60_000 })
})

test('a network that was away is caught up with', async ({ market, visit }) => {
  const { buyer, picture } = await newDeal(market)
  const { purchaseId, checkoutUrl } = await buyer.startCheckout(picture)
  const { page, context } = await visit({ as: buyer, mayHear: OUTAGE })
  await page.goto(`/orders/${purchaseId}`)
  await page.getByRole('link', { name: 'To the payment page' }).waitFor()
  await context.setOffline(true)
  await payAt(checkoutUrl)
  await context.setOffline(false)
  await waitUntilPaid(page)
})

test('a stream that is cut in the middle is followed on', async ({ market, visit }) => {
  const { buyer, picture } = await newDeal(market)
  const { purchaseId, checkoutUrl } = await buyer.startCheckout(picture)
  const { page } = await visit({ as: buyer })
  const streams = await cutStreams(page, await orderOf(buyer), 1)
  await page.goto(`/orders/${purchaseId}`)
  await until('it is followed again', () => streams.length === 2 || undefined)
  await payAt(checkoutUrl)
  await waitUntilPaid(page)
  expect(streams).toHaveLength(2)
})

test('a stream that is cut each time is given up after a while, until somebody wants it again', async ({
  market,
  visit,
}) => {
  const { buyer, picture } = await newDeal(market)
  const { purchaseId, checkoutUrl } = await buyer.startCheckout(picture)
  const { page } = await visit({ as: buyer })
  await page.clock.install()
  const asked: string[] = []
  page.on('request', (request) => asked.push(request.url()))
  const streams = await cutStreams(page, await orderOf(buyer), MOST_BREAKS)
  await page.goto(`/orders/${purchaseId}`)
  const again = page.getByRole('button', { name: 'Try again' })
  await until('it is given up', async () => {
    await page.clock.runFor('00:01')
    return (await again.isVisible()) || undefined
  })
  expect(streams).toHaveLength(MOST_BREAKS)
  // Once for the page, and once after each break.
  expect(asked.filter((url) => url.endsWith('/GetOrder')).length).toBeLessThanOrEqual(MOST_BREAKS + 1)
  await page.getByText('The payment page is open').waitFor()
  await again.click()
  await payAt(checkoutUrl)
  await waitUntilPaid(page)
  expect(streams).toHaveLength(MOST_BREAKS + 1)
})

test('a webhook that never comes keeps nobody from the picture', async ({ market, visit }) => {
  const { buyer, picture } = await newDeal(market)
  await market.sandbox('/sandbox/faults', { on: 'webhook', kind: 'never', times: 1, match: picture })
  const { page } = await visit({ as: buyer })
  await page.goto(`/pictures/${picture}`)
  await goAndPay(page)
  await page.getByRole('button', { name: 'Pay', exact: true }).click()
  await waitUntilPaid(page)
  const { faults } = (await (await fetch(`${market.sandboxUrl}/sandbox/faults`)).json()) as { faults: unknown[] }
  expect(faults, 'the webhook was lost').toEqual([])
  expect(await ordersOf(buyer)).toEqual({ all: 1, paid: 1 })
})

test('a payment provider that breaks off is asked again, and one order comes of it', async ({ market, visit }) => {
  const { buyer, picture } = await newDeal(market)
  await market.sandbox('/sandbox/faults', { on: 'create_session', kind: 'connection_reset', times: 2 })
  const { page } = await visit({ as: buyer })
  await page.goto(`/pictures/${picture}`)
  await goAndPay(page)
  await page.getByRole('button', { name: 'Pay', exact: true }).click()
  await waitUntilPaid(page)
  expect(await ordersOf(buyer)).toEqual({ all: 1, paid: 1 })
})
