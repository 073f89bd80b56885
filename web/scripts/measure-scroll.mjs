// Scrolls through a gallery of many pictures in Chromium and says what it costs: the nodes in the document, the memory,
// and the frames each second. `npm run measure:scroll` builds first. Other numbers: PICTURES=2000 CHROMIUM=/path/to/it
import { chromium } from 'playwright-core'

import { ORIGIN, serve } from './fakeServer.mjs'

const PICTURES = Number(process.env.PICTURES ?? 10_000)
const SCREENS_EACH_SECOND = 4
const SECONDS_AT_ONE_PLACE = 2

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--enable-precise-memory-info'],
})
try {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } })
  await serve(context, { dist: process.env.DIST ?? 'dist', pictures: PICTURES })
  const page = await context.newPage()
  const devtools = await context.newCDPSession(page)
  await devtools.send('HeapProfiler.enable')
  await page.goto(ORIGIN)
  await page.locator('li[data-index]').first().waitFor()
  const rows = []
  for (let wanted = 30; ; wanted = Math.min(PICTURES, wanted * 4)) {
    await reach(page, wanted)
    rows.push(await measure(page, devtools))
    if (wanted >= PICTURES) break
  }
  console.table(rows)
} finally {
  await browser.close()
}

/** Reads on at the end until so many pictures are listed. */
async function reach(page, wanted) {
  for (;;) {
    const listed = await page.evaluate(() => {
      window.scrollTo(0, document.documentElement.scrollHeight)
      return Math.max(
        ...[...document.querySelectorAll('li[data-index]')].map(({ dataset }) => Number(dataset.index) + 1),
      )
    })
    if (listed >= wanted) return
    await page.waitForFunction(
      (listed) =>
        [...document.querySelectorAll('li[data-index]')].some(({ dataset }) => Number(dataset.index) >= listed),
      listed,
    )
  }
}

async function measure(page, devtools) {
  const frames = await page.evaluate(scrollUp, [SCREENS_EACH_SECOND, SECONDS_AT_ONE_PLACE])
  await devtools.send('HeapProfiler.collectGarbage')
  return page.evaluate((frames) => {
    const cards = document.querySelectorAll('li[data-index]')
    const height = document.documentElement.scrollHeight
    return {
      'page, pixels': height,
      nodes: document.querySelectorAll('*').length,
      cards: cards.length,
      'heap, MB': Number((performance.memory.usedJSHeapSize / 1e6).toFixed(1)),
      ...frames,
    }
  }, frames)
}

/** Runs in the page: up by steady steps, so that the next frame always shows cards that the one before did not. */
async function scrollUp([screensEachSecond, seconds]) {
  const gaps = []
  const start = performance.now()
  let before = start
  const from = window.scrollY
  while (before - start < seconds * 1000) {
    const now = await new Promise(requestAnimationFrame)
    gaps.push(now - before)
    before = now
    window.scrollTo(0, from - ((now - start) / 1000) * screensEachSecond * window.innerHeight)
  }
  gaps.sort((a, b) => a - b)
  return {
    'frames/s': Math.round(gaps.length / seconds),
    'frame, ms, median': Number(gaps[Math.floor(gaps.length / 2)].toFixed(1)),
    'frame, ms, 95 %': Number(gaps[Math.floor(gaps.length * 0.95)].toFixed(1)),
  }
}
