// Looks at every page in light, in dark and on a phone, and keeps what it saw in docs/screens.
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'

import type { Page } from 'playwright-core'

import { openBrowser } from '../e2e/support/browser'
import { Market } from '../e2e/support/market'
import { paintings } from '../e2e/support/paint'
import { goTo, places } from '../e2e/support/places'
import { playScene } from '../e2e/support/scene'
import { Visitor } from '../e2e/support/visitor'

const FOLDER = resolve(import.meta.dirname, '../../docs/screens')
const QUALITY = 60
const LOOKS = {
  light: { viewport: { width: 1280, height: 800 } },
  dark: { viewport: { width: 1280, height: 800 }, colorScheme: 'dark' },
  phone: { viewport: { width: 375, height: 667 }, isMobile: true, hasTouch: true },
} as const

const browser = await openBrowser()
const market = await Market.open()
try {
  const scene = await playScene(market, await paintings(browser))
  await rm(FOLDER, { recursive: true, force: true })
  await mkdir(FOLDER, { recursive: true })
  for (const place of places) {
    for (const [look, options] of Object.entries(LOOKS)) {
      const visitor = await Visitor.arrive(browser, market, { as: place.as && scene[place.as], ...options })
      await goTo(visitor.page, place, scene)
      await writeFile(resolve(FOLDER, `${place.name}-${look}.webp`), await shot(visitor.page))
      await visitor.context.close()
    }
  }
} finally {
  await browser.close()
  await market.close()
}

/** As WebP, which Playwright itself does not make. */
async function shot(page: Page): Promise<Buffer> {
  const devtools = await page.context().newCDPSession(page)
  const { data } = await devtools.send('Page.captureScreenshot', { format: 'webp', quality: QUALITY })
  return Buffer.from(data, 'base64')
}
