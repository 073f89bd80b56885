import { goTo, places } from './support/places'
import { playScene } from './support/scene'
import { expect, test as base } from './support/test'

const test = base.extend('scene', { scope: 'file' }, ({ market }) => playScene(market))

const PHONE = { viewport: { width: 412, height: 823 }, isMobile: true, hasTouch: true }
/** A fifth of what still counts as stable (https://web.dev/articles/cls): a pixel here or there, no card. */
const LIMIT = 0.02

for (const place of places.filter(({ name }) => ['explore', 'artist', 'picture'].includes(name))) {
  test(`${place.name} stays where it is while it comes`, async ({ scene, visit }) => {
    const { page } = await visit(PHONE)
    await page.addInitScript(() => {
      document.addEventListener('DOMContentLoaded', () => (document.documentElement.dataset.shift = '0'))
      new PerformanceObserver((list) => {
        const { dataset } = document.documentElement
        for (const shift of list.getEntries() as (PerformanceEntry & { value: number })[]) {
          dataset.shift = String(Number(dataset.shift) + shift.value)
        }
      }).observe({ type: 'layout-shift', buffered: true })
    })
    await goTo(page, place, scene)
    const shift = await page.evaluate(() => document.documentElement.dataset.shift)
    expect(Number(shift)).toBeLessThanOrEqual(LIMIT)
  })
}

test('what is seen before any script has run is where the header is afterwards', async ({ visit }) => {
  for (const width of [320, 412, 1280]) {
    const boxes = [false, true].map(async (javaScriptEnabled) => {
      const { page } = await visit({ viewport: { width, height: 800 }, javaScriptEnabled })
      await page.goto('/')
      const name = page.getByRole('banner').getByText('Picasso', { exact: true })
      const drawn = [page.getByRole('banner'), page.getByRole('banner').locator('img'), name]
      if (javaScriptEnabled) await page.getByRole('navigation').first().waitFor()
      return Promise.all(drawn.map((part) => part.boundingBox()))
    })
    const [before, after] = await Promise.all(boxes)
    expect(before).toEqual(after)
  }
})
