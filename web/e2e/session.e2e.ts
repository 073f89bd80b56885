import type { Page } from 'playwright-core'

import { fillUpload } from './support/acts'
import { newDeal } from './support/deal'
import { hold } from './support/hold'
import { PASSWORD, type Person } from './support/person'
import { photograph } from './support/photographs'
import { expect, test } from './support/test'
import { until } from './support/until'
import { OUTAGE } from './support/visitor'

test('a token that has expired is renewed in the middle of an upload', async ({ market, visit }) => {
  const { artist } = await newDeal(market)
  const { page } = await visit({ as: artist })
  await fillUpload(page, 'gps-DSCN0021.jpg', 'Second')
  await page.getByRole('listitem').filter({ hasText: 'Sent' }).waitFor()
  await spoilTicket(page, { idToken: 'e30.e30.e30', expiresAtMs: 0 })
  await page.getByRole('button', { name: 'Publish' }).click()
  await page.getByRole('link', { name: /^See it/ }).waitFor()
})

test('who has to sign in again in the middle of an upload finds it going on', async ({ market, visit }) => {
  const { artist } = await newDeal(market)
  const { page } = await visit({ as: artist, mayHear: /status of 400 .*\/identity\/v1\/token$/ })
  await fillUpload(page, 'gps-DSCN0042.jpg', 'Second')
  await page.getByRole('listitem').filter({ hasText: 'Sent' }).waitFor()
  await spoilTicket(page, { refreshToken: 'gone', expiresAtMs: 0 })
  await page.getByRole('button', { name: 'Publish' }).click()
  await signInAgain(page, artist)
  await page.getByRole('link', { name: /^See it/ }).click()
  await page.getByRole('heading', { level: 1, name: 'Second' }).waitFor()
})

test('a token that expires while the bytes are under way is renewed for what follows them', async ({
  market,
  visit,
}) => {
  const { artist, artistPath } = await newDeal(market)
  const { page } = await visit({ as: artist })
  const sending = await hold(page, '**/uploads/**')
  await fillUpload(page, 'gps-DSCN0021.jpg', 'Second')
  await until('the bytes are under way', () => sending.held.length > 0 || undefined)
  await spoilTicket(page, { idToken: 'e30.e30.e30', expiresAtMs: 0 })
  await page.getByRole('button', { name: 'Publish' }).click()
  sending.letGo()
  await page.getByRole('link', { name: /^See it/ }).waitFor()
  await expectTwoPictures(page, artistPath)
})

test('who has to sign in again while the bytes are under way finds all as it was', async ({ market, visit }) => {
  const { artist, artistPath } = await newDeal(market)
  const { page } = await visit({ as: artist, mayHear: /status of 400 .*\/identity\/v1\/token$/ })
  const sending = await hold(page, '**/uploads/**')
  await fillUpload(page, 'gps-DSCN0042.jpg', 'Second')
  await until('the bytes are under way', () => sending.held.length > 0 || undefined)
  await spoilTicket(page, { refreshToken: 'gone', expiresAtMs: 0 })
  sending.letGo()
  await page.getByRole('listitem').filter({ hasText: 'Sent' }).waitFor()
  await page.getByRole('button', { name: 'Publish' }).click()
  await signInAgain(page, artist)
  await page.getByRole('link', { name: /^See it/ }).waitFor()
  await expectTwoPictures(page, artistPath)
})

test('an upload whose connection breaks goes on by itself', async ({ market, visit }) => {
  const { artist, artistPath } = await newDeal(market)
  const { page } = await visit({ as: artist, mayHear: OUTAGE })
  await page.route('**/uploads/**', (route) => route.abort('connectionreset'), { times: 1 })
  await fillUpload(page, 'gps-DSCN0021.jpg', 'Second')
  await page.getByRole('button', { name: 'Publish' }).click()
  await page.getByRole('link', { name: /^See it/ }).waitFor()
  await expectTwoPictures(page, artistPath)
})

test('an upload of which only half arrived is sent again on demand', async ({ market, visit }) => {
  const { artist, artistPath } = await newDeal(market)
  const { page } = await visit({ as: artist, mayHear: /status of 4.* at .*\/uploads\// })
  const bytes = await photograph('gps-DSCN0021.jpg')
  const half = bytes.subarray(0, bytes.length / 2)
  await page.route('**/uploads/**', (route) => route.continue({ postData: half }), { times: 1 })
  await fillUpload(page, 'gps-DSCN0021.jpg', 'Second')
  await page.getByRole('button', { name: 'Publish' }).click()
  await page.getByRole('button', { name: /^Try again/ }).click()
  await page.getByRole('link', { name: /^See it/ }).waitFor()
  await expectTwoPictures(page, artistPath)
})

/** The one that was there, and the one uploaded, once and with all that was said of it. */
async function expectTwoPictures(page: Page, artistPath: string) {
  await page.goto(artistPath)
  await page.getByRole('article').filter({ hasText: 'Second' }).getByText('€15.00').waitFor()
  expect(await page.getByRole('article').count()).toBe(2)
}

async function signInAgain(page: Page, { signedIn }: Person) {
  await page.getByRole('textbox', { name: 'E-mail address' }).fill(signedIn.email)
  await page.getByRole('textbox', { name: 'Password' }).fill(PASSWORD)
  await page.getByRole('button', { name: 'Sign in' }).click()
}

/** As if time had passed, or the session had been ended elsewhere. */
function spoilTicket(page: Page, change: object) {
  return page.evaluate((change) => {
    const ticket = JSON.parse(localStorage.getItem('picasso.session') ?? '{}') as object
    localStorage.setItem('picasso.session', JSON.stringify({ ...ticket, ...change }))
  }, change)
}
