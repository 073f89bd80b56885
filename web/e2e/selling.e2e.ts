import { fillUpload, provenance, upload } from './support/acts'
import { Person } from './support/person'
import { photographPath } from './support/photographs'
import { expect, test } from './support/test'

test('many files are sent at once, and a broken one is told apart', async ({ market, visit }) => {
  const { page } = await visit({ as: await Person.join(market, 'ann') })
  await page.goto('/upload')
  const files = ['gps-DSCN0010.jpg', 'broken-corrupted.jpg', 'gps-DSCN0012.jpg']
  await page.locator('input[type=file]').setInputFiles(files.map(photographPath))
  await page.getByRole('region', { name: 'For all pictures' }).getByRole('textbox', { name: 'Price' }).fill('9.50')
  await page.getByRole('button', { name: /^Publish 3 pictures/ }).click()
  const cards = page.getByRole('list', { name: 'Files' }).getByRole('listitem')
  const links = page.getByRole('link', { name: /^See it/ })
  await links.nth(1).waitFor()
  await cards.filter({ hasText: 'broken-corrupted.jpg' }).getByRole('alert').waitFor()
  expect(await links.count()).toBe(2)
  await page.goto('/artists/ann')
  await page.getByRole('link', { name: /DSCN0010/ }).waitFor()
  expect(await page.getByRole('article').count()).toBe(2)
})

test('what is wrong is said at its field, and nothing is lost', async ({ market, visit }) => {
  const { page } = await visit({ as: await Person.join(market, 'bea') })
  await fillUpload(page, 'gps-DSCN0021.jpg', 'A window')
  const price = page.getByRole('textbox', { name: 'Price' })
  await price.fill('cheap')
  await page.getByRole('button', { name: 'Publish' }).click()
  expect(await price.getAttribute('aria-invalid')).toBe('true')
  expect(await page.getByRole('textbox', { name: 'Title' }).inputValue()).toBe('A window')
  await price.fill('15')
  await page.getByRole('button', { name: 'Publish' }).click()
  await page.getByRole('link', { name: /^See it/ }).waitFor()
})

test('an artist changes a price, withdraws and publishes again; buyers see it', async ({ market, visit }) => {
  const { page } = await visit({ as: await Person.join(market, 'cleo') })
  await upload(page, 'gps-DSCN0042.jpg', 'A tower')
  const buyer = await visit()
  const link = buyer.page.getByRole('link', { name: 'A tower' })

  await page.goto('/studio')
  await page.getByRole('link', { name: 'Edit' }).click()
  await page.getByRole('textbox', { name: 'New price in EUR' }).fill('20.00')
  await page.getByRole('button', { name: 'Change the price' }).click()
  await page.getByText('€20.00').first().waitFor()
  await buyer.page.goto('/artists/cleo')
  await buyer.page.getByRole('article').filter({ hasText: '€20.00' }).waitFor()

  await page.getByRole('button', { name: 'Withdraw' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Withdraw' }).click()
  await page.getByRole('button', { name: 'Publish again' }).waitFor()
  await buyer.page.reload()
  await buyer.page.getByText('Nothing of cleo is for sale').waitFor()

  await page.getByRole('button', { name: 'Publish again' }).click()
  await page.getByRole('button', { name: 'Withdraw' }).waitFor()
  await buyer.page.reload()
  await link.click()
  await buyer.page.waitForURL('**/pictures/*')
  await expect
    .poll(() => provenance(buyer.page), { timeout: 20_000 })
    .toEqual([
      expect.stringMatching(/^Published .* · €20\.00$/),
      expect.stringMatching(/^Withdrawn /),
      expect.stringMatching(/^Price changed .* · €20\.00$/),
      expect.stringMatching(/^Published .* · €15\.00$/),
      expect.stringMatching(/^Uploaded by cleo /),
    ])
})
