// Lighthouse's judgement of the two pages most people see first, each the median of five runs as on a middling phone.
import lighthouse, { type Result } from 'lighthouse'

import { openBrowser } from '../e2e/support/browser'
import { Market } from '../e2e/support/market'
import { freePort } from '../e2e/support/ports'
import { playScene } from '../e2e/support/scene'

const RUNS = 5
/** Now and then Chromium records nothing of a page, which Lighthouse asks to repeat. */
const MOST_UNRECORDED = 3
const CATEGORIES = ['performance', 'accessibility', 'best-practices'] as const
/** What is printed in milliseconds, and the audit that says it. */
const TIMES = {
  'first paint, ms': 'first-contentful-paint',
  'largest paint, ms': 'largest-contentful-paint',
  'speed index, ms': 'speed-index',
  'blocked, ms': 'total-blocking-time',
}

const port = await freePort()
const browser = await openBrowser([`--remote-debugging-port=${String(port)}`])
const market = await Market.open()
try {
  const { pictureId } = await playScene(market)
  const pages = { explore: '/', picture: `/pictures/${pictureId}` }
  const rows: Record<string, Record<string, number>> = {}
  for (const [name, path] of Object.entries(pages)) rows[name] = await judge(market.url + path)
  console.table(rows)
} finally {
  await browser.close()
  await market.close()
}

async function judge(url: string): Promise<Record<string, number>> {
  const runs: Record<string, number>[] = []
  let unrecorded = 0
  while (runs.length < RUNS) {
    const judged = await lighthouse(url, { port, onlyCategories: [...CATEGORIES], logLevel: 'error' })
    const { code, message } = judged?.lhr.runtimeError ?? {}
    if (judged && !code) runs.push(figures(judged.lhr))
    else if (code !== 'NO_NAVSTART' || ++unrecorded > MOST_UNRECORDED)
      throw new Error(message ?? 'nothing was judged')
  }
  const names = Object.keys(runs[0] ?? {})
  return Object.fromEntries(names.map((name) => [name, median(runs.map((run) => run[name] ?? NaN))]))
}

function figures({ categories, audits }: Result): Record<string, number> {
  const scores = CATEGORIES.map((name) => [name, Math.round((categories[name]?.score ?? NaN) * 100)])
  const times = Object.entries(TIMES).map(([name, id]) => [name, Math.round(audits[id]?.numericValue ?? NaN)])
  return {
    ...(Object.fromEntries(scores) as Record<string, number>),
    ...(Object.fromEntries(times) as Record<string, number>),
    'layout shift': Number((audits['cumulative-layout-shift']?.numericValue ?? NaN).toFixed(3)),
    'bytes of scripts': scriptBytes(audits),
  }
}

function scriptBytes(audits: Result['audits']): number {
  const details = audits['network-requests']?.details
  if (details?.type !== 'table') return NaN
  const scripts = details.items.filter(({ resourceType }) => resourceType === 'Script')
  return scripts.reduce((sum, { transferSize }) => sum + Number(transferSize), 0)
}

function median(numbers: number[]): number {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? NaN
}
