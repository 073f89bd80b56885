// How long after a press a like is shown, its frame painted, while the server takes its time: on the list and on a
// picture's page, and as on a middling phone. `npm run measure:like`
import type { Page } from 'playwright-core'

import { openBrowser } from '../e2e/support/browser'
import { Market } from '../e2e/support/market'
import { settle } from '../e2e/support/places'
import { playScene, type Scene } from '../e2e/support/scene'
import { Visitor } from '../e2e/support/visitor'

const PRESSES = 50
/** What the server takes for a like: nothing shown sooner can be its answer. */
const SERVER_MS = 500
/** How much slower the phone is, as Lighthouse has it. */
const SLOWDOWN = 4

const browser = await openBrowser()
const market = await Market.open()
try {
  const scene = await playScene(market)
  const rows: Record<string, Record<string, number>> = {}
  for (const slowdown of [1, SLOWDOWN]) {
    for (const path of ['/', `/pictures/${scene.pictureId}`]) {
      const name = `${path === '/' ? 'explore' : 'picture'}${slowdown > 1 ? ', phone' : ''}`
      rows[name] = await measure(scene, path, slowdown)
    }
  }
  console.table(rows)
} finally {
  await browser.close()
  await market.close()
}

async function measure(scene: Scene, path: string, slowdown: number) {
  const { page, context } = await Visitor.arrive(browser, market, { as: scene.bob })
  await page.route(/\/(Unlike|Like)Picture$/, async (route) => {
    await new Promise((resolve) => setTimeout(resolve, SERVER_MS))
    await route.continue()
  })
  await page.goto(path)
  await page.locator('button[aria-pressed]').first().waitFor()
  await settle(page)
  const devtools = await context.newCDPSession(page)
  await devtools.send('Emulation.setCPUThrottlingRate', { rate: slowdown })
  const times: number[] = []
  for (let press = 0; press < PRESSES; press++) {
    times.push(await pressed(page))
    await page.waitForTimeout(SERVER_MS / 2)
  }
  await context.close()
  times.sort((a, b) => a - b)
  const at = (share: number) => Math.round(times[Math.ceil(PRESSES * share) - 1] ?? NaN)
  return { 'median, ms': at(0.5), '95 of 100, ms': at(0.95), 'longest, ms': at(1) }
}

/** From the browser's input to behind the frame that shows it. */
async function pressed(page: Page): Promise<number> {
  const like = page.locator('button[aria-pressed]').first()
  const shown = like.evaluate(
    (button) =>
      new Promise<number>((resolve) => {
        let at = NaN
        addEventListener('click', ({ timeStamp }) => (at = timeStamp), { capture: true, once: true })
        const observer = new MutationObserver(() => {
          observer.disconnect()
          requestAnimationFrame(() => setTimeout(() => resolve(performance.now() - at)))
        })
        observer.observe(button, { attributeFilter: ['aria-pressed'] })
      }),
  )
  await like.click()
  return shown
}
