import { devices } from 'playwright-core'

import { downloaded, goAndPay, signUp, upload, waitUntilPaid } from './support/acts'
import { photograph, photographPath } from './support/photographs'
import { goTo, places } from './support/places'
import { playScene } from './support/scene'
import { expect, test as base } from './support/test'

const test = base.extend('scene', { scope: 'file' }, ({ market }) => playScene(market))

/** The narrowest that WCAG asks for: a window of 1280 pixels, magnified four times. */
const NARROW = { width: 320, height: 640 }
/** As high as whatever is pressed. */
const FINGER = 44
const PHONE = { ...devices['iPhone SE (3rd gen)'], viewport: { width: 375, height: 667 } }

for (const place of places) {
  test(`${place.name} fits into 320 pixels`, async ({ scene, visit }) => {
    const { page } = await visit({ as: place.as && scene[place.as], viewport: NARROW })
    await goTo(page, place, scene)
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(NARROW.width)
  })
}

test.for(['en-GB', 'de-DE'])('in %s the header takes two lines at most', async (locale, { visit }) => {
  const { page } = await visit({ viewport: NARROW, locale })
  await page.goto('/')
  await page.locator('header a[href^="/sign-in"]').waitFor()
  const { height } = (await page.getByRole('banner').boundingBox()) ?? {}
  expect(height).toBeLessThan(3 * FINGER)
})

test.for(['en-GB', 'de-DE'])('in %s every way of an operator is in sight', async (locale, { scene, visit }) => {
  const { page } = await visit({ as: scene.operator, viewport: NARROW, locale })
  await page.goto('/')
  const ways = page.getByRole('banner').getByRole('navigation').getByRole('link')
  await ways.nth(3).waitFor()
  for (const way of await ways.all()) {
    const { x, width } = (await way.boundingBox()) ?? { x: NaN, width: NaN }
    expect(x).toBeGreaterThanOrEqual(0)
    expect(x + width).toBeLessThanOrEqual(NARROW.width)
  }
})

test('the name of a read model stays in one line', async ({ scene, visit }) => {
  const { page } = await visit({ as: scene.operator, viewport: NARROW })
  await page.goto('/ops')
  const name = page.getByRole('rowheader', { name: 'suggestions' }).getByRole('link')
  expect(await name.evaluate((link) => link.getClientRects().length)).toBe(1)
})

test('what is told in passing covers no button of an upload', async ({ scene, visit }) => {
  const { page } = await visit({ as: scene.ann, ...PHONE })
  await page.goto('/upload')
  await page.locator('input[type=file]').setInputFiles(photographPath('phone-iphone.jpg'))
  await page.getByRole('listitem').filter({ hasText: 'Sent' }).waitFor()
  await page.reload()
  await page.getByText('still here from last time').first().waitFor()
  await page.getByRole('button', { name: 'Publish' }).click({ trial: true, timeout: 2_000 })
})

test('who holds a phone uploads and buys', async ({ visit }) => {
  const ann = await visit(PHONE)
  await signUp(ann.page, 'cleo')
  await upload(ann.page, 'phone-iphone.jpg', 'With a phone')
  const { page } = await visit(PHONE)
  await signUp(page, 'dan')
  await page.getByRole('link', { name: 'With a phone' }).tap()
  await page.getByRole('heading', { level: 1, name: 'With a phone' }).waitFor()
  await goAndPay(page)
  await page.getByRole('button', { name: 'Pay', exact: true }).tap()
  await waitUntilPaid(page)
  const bytes = await downloaded(page, () => page.getByRole('button', { name: 'Download the original' }).tap())
  expect(bytes.equals(await photograph('phone-iphone.jpg'))).toBe(true)
})

test('the pictures that a page asks for before its scripts come are those that it shows', async ({
  scene,
  visit,
}) => {
  for (const path of ['/', `/pictures/${scene.pictureId}`]) {
    const { page } = await visit(PHONE)
    await page.goto(path)
    await page.getByRole('main').getByRole('img').first().waitFor()
    const { early, shown } = await page.evaluate(async () => {
      const images = [...document.querySelectorAll<HTMLImageElement>('main img')]
      await Promise.all(images.map((image) => image.decode()))
      const loaded = performance.getEntriesByType('resource') as PerformanceResourceTiming[]
      const early = loaded.filter(({ initiatorType, name }) => initiatorType === 'link' && name.endsWith('.jpg'))
      return { early: early.map(({ name }) => name), shown: images.map(({ currentSrc }) => currentSrc) }
    })
    expect(early).not.toEqual([])
    expect(shown).toEqual(expect.arrayContaining(early))
  }
})
