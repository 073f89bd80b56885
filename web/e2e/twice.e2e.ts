import { GalleryQueryService } from '@/gen/picasso/queries/v1/gallery_pb'

import { buyChargedTwice, fillUpload, goAndPay, waitUntilPaid } from './support/acts'
import { newDeal, orderOf, ordersOf } from './support/deal'
import { hold } from './support/hold'
import { PASSWORD, Person } from './support/person'
import { settle } from './support/places'
import { Sent } from './support/sent'
import { expect, test } from './support/test'
import { until } from './support/until'

test('who is charged twice by mistake gets the second payment back', async ({ market, visit }) => {
  const { buyer, picture } = await newDeal(market)
  const { page } = await visit({ as: buyer })
  await buyChargedTwice(page, picture)
  await until('the second payment is returned', async () => {
    const { payments } = await orderOf(buyer)
    return payments.some(({ refund }) => refund?.refundedAt) || undefined
  })
  // A paid order is not followed any more.
  await page.reload()
  await page.getByText('The payment was returned').waitFor()
  expect(await ordersOf(buyer)).toEqual({ all: 1, paid: 1 })
})

test('who presses everything twice buys once', async ({ market, visit }) => {
  const { buyer, picture } = await newDeal(market)
  const { page } = await visit({ as: buyer })
  await page.goto(`/pictures/${picture}`)
  await page.getByRole('button', { name: 'Buy', exact: true }).dblclick()
  await page.getByRole('button', { name: /^Go on to pay/ }).dblclick()
  await page.getByRole('button', { name: 'Pay', exact: true }).dblclick()
  await waitUntilPaid(page)
  expect(await page.getByText('Payment received').count()).toBe(1)
  expect(await ordersOf(buyer)).toEqual({ all: 1, paid: 1 })
})

test('what is liked, disliked and liked again in a hurry is what it looks like, also after a reload', async ({
  market,
  visit,
}) => {
  const { buyer, picture } = await newDeal(market)
  const { page } = await visit({ as: buyer })
  await page.goto(`/pictures/${picture}`)
  const sent = new Sent(page.context())
  const like = page.getByRole('button', { name: /^Like “A roof”/ })
  await like.click()
  await like.dblclick()
  const shown = page.getByRole('button', { name: /^Like “A roof”.*1 like/, pressed: true })
  await shown.waitFor()
  await until('the server knows', async () => {
    const { picture: viewed } = await buyer.client(GalleryQueryService).getPicture({ pictureId: picture })
    return sent.isAnswered && viewed?.liked ? true : undefined
  })
  await page.reload()
  await shown.waitFor()
})

test('a like counts from the first moment, though the picture is still being asked for', async ({
  market,
  visit,
}) => {
  const { buyer, picture } = await newDeal(market)
  const { page } = await visit({ as: buyer })
  await page.goto('/')
  const { held, letGo } = await hold(page, '**/GetPicture')
  await page.locator(`a[href="/pictures/${picture}"]`).click()
  await page.getByRole('heading', { level: 1, name: 'A roof' }).waitFor()
  const like = page.getByRole('button', { name: /^Like “A roof”/ })
  await like.click()
  const shown = page.getByRole('button', { name: /^Like “A roof”.*1 like/, pressed: true })
  await shown.waitFor()
  await until('the picture is asked for again', () => (held.length > 1 ? true : undefined))
  const answered = page.waitForResponse('**/GetPicture')
  letGo()
  await (await answered).finished()
  await settle(page)
  expect(await shown.count()).toBe(1)
})

test('who presses publish twice has one picture', async ({ market, visit }) => {
  const { artist, artistPath } = await newDeal(market)
  const { page } = await visit({ as: artist })
  await fillUpload(page, 'gps-DSCN0012.jpg', 'Second')
  await page.getByRole('button', { name: 'Publish' }).dblclick()
  await page.getByRole('link', { name: /^See it/ }).waitFor()
  await page.goto(artistPath)
  await page.getByRole('link', { name: 'Second' }).waitFor()
  expect(await page.getByRole('article').count()).toBe(2)
})

test('one picture bought in two tabs is paid once, and both tabs know', async ({ market, visit }) => {
  const { buyer, picture } = await newDeal(market)
  const { page, context } = await visit({ as: buyer })
  const other = await context.newPage()
  for (const tab of [page, other]) {
    await tab.goto(`/pictures/${picture}`)
    await goAndPay(tab)
    await tab.getByRole('button', { name: 'Pay', exact: true }).waitFor()
  }
  await page.getByRole('button', { name: 'Pay', exact: true }).click()
  await waitUntilPaid(page)
  await other.getByRole('button', { name: 'Pay', exact: true }).click()
  await waitUntilPaid(other)
  expect(await ordersOf(buyer)).toEqual({ all: 1, paid: 1 })
})

test('who signs up, registers and leaves an order by pressing twice does each once', async ({ market, visit }) => {
  const { picture } = await newDeal(market)
  const { page } = await visit()
  await page.goto('/sign-up')
  await page.getByRole('textbox', { name: 'E-mail address' }).fill('zoe@example.org')
  await page.getByRole('textbox', { name: 'Password' }).fill(PASSWORD)
  await page.getByRole('button', { name: 'Sign up' }).dblclick()
  await page.getByRole('textbox', { name: 'Handle' }).fill('zoe')
  await page.getByRole('textbox', { name: 'Name', exact: true }).fill('Zoe')
  await page.getByRole('button', { name: 'Start' }).dblclick()
  await page.getByText('Welcome, Zoe!', { exact: true }).waitFor()
  const zoe = await Person.signIn(market, 'zoe')
  const { purchaseId } = await zoe.startCheckout(picture)
  await page.goto(`/orders/${purchaseId}`)
  await page.getByRole('button', { name: 'Leave the order' }).dblclick()
  await page.getByRole('status').filter({ hasText: 'The order was cancelled.' }).waitFor()
  expect(await page.getByText('The order ended').count()).toBe(1)
})
