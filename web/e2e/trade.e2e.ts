import { downloaded, goAndPay, provenance, signUp, upload, waitUntilPaid } from './support/acts'
import { newDeal } from './support/deal'
import { photograph } from './support/photographs'
import { expect, test } from './support/test'

test('two people trade a photograph, and the download is the original', async ({ visit }) => {
  const ann = await visit()
  await signUp(ann.page, 'ann')
  await upload(ann.page, 'phone-nokia.jpg', 'Nokia street')

  const { page } = await visit()
  await signUp(page, 'bob')
  await page.getByRole('link', { name: 'Nokia street' }).click()
  await page.getByRole('heading', { level: 1, name: 'Nokia street' }).waitFor()
  await page.getByRole('button', { name: /^Like “Nokia street”/ }).click()
  await page.getByRole('button', { name: /^Like “Nokia street”.*1 like/, pressed: true }).waitFor()

  const address = page.url()
  await goAndPay(page)
  await page.getByRole('button', { name: 'Pay', exact: true }).click()
  await waitUntilPaid(page)
  const bytes = await downloaded(page, () => page.getByRole('button', { name: 'Download the original' }).click())
  expect(bytes.equals(await photograph('phone-nokia.jpg'))).toBe(true)

  await page.goto('/library')
  await page.getByRole('heading', { name: 'Nokia street' }).waitFor()
  await page.goto(address)
  await expect
    .poll(() => provenance(page), { timeout: 20_000 })
    .toEqual([
      expect.stringMatching(/^Sold .* · €15\.00$/),
      expect.stringMatching(/^Published .* · €15\.00$/),
      expect.stringMatching(/^Uploaded by ann /),
    ])
})

test('the address of a picture is handed on as it is, without what it was opened with', async ({
  market,
  visit,
}) => {
  const { picture } = await newDeal(market)
  const { page } = await visit({ permissions: ['clipboard-read', 'clipboard-write'] })
  await page.goto(`/pictures/${picture}?from=letter`)
  await page.getByRole('button', { name: 'Share “A roof”' }).click()
  await page.getByText('The address of the picture has been copied.').first().waitFor()
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(`${market.url}/pictures/${picture}`)
})
