import { readFile } from 'node:fs/promises'

import type { Page } from 'playwright-core'

import { PASSWORD } from './person'
import { photographPath } from './photographs'

/** Signs up and registers, from the front page back to it. */
export async function signUp(page: Page, handle: string) {
  await page.goto('/')
  await page.getByRole('link', { name: 'Sign in' }).click()
  await page.getByRole('link', { name: 'Sign up' }).click()
  // The page left has fields of the same names.
  await page.getByRole('heading', { level: 1, name: 'Create an account' }).waitFor()
  await page.getByRole('textbox', { name: 'E-mail address' }).fill(`${handle}@example.org`)
  await page.getByRole('textbox', { name: 'Password' }).fill(PASSWORD)
  await page.getByRole('button', { name: 'Sign up' }).click()
  await page.getByRole('textbox', { name: 'Handle' }).fill(handle)
  await page.getByRole('textbox', { name: 'Name', exact: true }).fill(handle)
  await page.getByRole('button', { name: 'Start' }).click()
  await page.getByRole('heading', { level: 1, name: 'Pictures worth keeping' }).waitFor()
}

/** Chooses one photograph and says what has to be said of it. */
export async function fillUpload(page: Page, file: string, title: string) {
  await page.goto('/upload')
  await page.locator('input[type=file]').setInputFiles(photographPath(file))
  await page.getByRole('textbox', { name: 'Title' }).fill(title)
  await page.getByRole('textbox', { name: 'Price' }).fill('15.00')
}

/** Uploads one photograph and puts it up for sale. */
export async function upload(page: Page, file: string, title: string) {
  await fillUpload(page, file, title)
  await page.getByRole('button', { name: 'Publish' }).click()
  await page.getByRole('link', { name: /^See it/ }).waitFor()
}

/** From the page of a picture to that of the payment provider. */
export async function goAndPay(page: Page) {
  await page.getByRole('button', { name: 'Buy', exact: true }).click()
  await page.getByRole('button', { name: /^Go on to pay/ }).click()
}

export async function waitUntilPaid(page: Page) {
  await page.getByRole('status').filter({ hasText: 'Paid.' }).waitFor()
}

/** What arrives when something is done that downloads. */
export async function downloaded(page: Page, act: () => Promise<void>): Promise<Buffer> {
  const download = page.waitForEvent('download')
  await act()
  return readFile(await (await download).path())
}

/** What the page of a picture, asked for anew, tells of its past: the latest first. What others did comes a moment later. */
export async function provenance(page: Page): Promise<string[]> {
  await page.reload()
  const section = page.locator('section', { has: page.getByRole('heading', { name: 'Provenance', exact: true }) })
  await section.getByRole('listitem').first().waitFor()
  const moments = await section.getByRole('listitem').allInnerTexts()
  return moments.map((moment) => moment.replaceAll(/\s+/g, ' ').trim())
}

/** Buys a picture; the provider takes the money twice. */
export async function buyChargedTwice(page: Page, picture: string) {
  await page.goto(`/pictures/${picture}`)
  await goAndPay(page)
  await page.getByText('More ways this can go').click()
  await page.getByRole('button', { name: 'Pay, and be charged twice by mistake' }).click()
  await waitUntilPaid(page)
}
