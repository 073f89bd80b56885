import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core'

import { KEY } from '@/api/positions'

import type { Market } from './market'
import type { Person } from './person'

export interface VisitOptions extends BrowserContextOptions {
  /** Signed in already. */
  as?: Person
  /** What the browser may say without that being a complaint. */
  mayHear?: RegExp
}

/** The server went away. */
export const OUTAGE = /^Failed to load resource: (net::ERR_|the server responded with a status of 5)/

/** Somebody with a browser of their own. What the browser complains about is noted: a page has no reason to. */
export class Visitor {
  static async arrive(browser: Browser, market: Market, { as: person, mayHear, ...options }: VisitOptions = {}) {
    const context = await browser.newContext({
      baseURL: market.url,
      locale: 'en-GB',
      storageState: person && signedIn(market.url, person),
      ...options,
    })
    const done = market.done.getItem(KEY)
    if (done) await context.addInitScript(beginAt, [KEY, done] as const)
    return new Visitor(context, await context.newPage(), mayHear)
  }

  readonly complaints: string[] = []

  /** Where they are, what the page says and what the browser said: to understand a failed test by. */
  async sees(): Promise<string> {
    if (this.page.isClosed()) return ''
    const words = await this.page.locator('body').innerText()
    return [`at ${this.page.url()}`, words, ...this.complaints].join('\n---\n')
  }

  private constructor(
    readonly context: BrowserContext,
    readonly page: Page,
    mayHear: RegExp | undefined,
  ) {
    context.on('weberror', (error) => this.complaints.push(error.error().stack ?? error.error().message))
    context.on('console', (message) => {
      const said = `${message.text()} at ${message.location().url}`
      if (message.type() === 'error' && !mayHear?.test(said)) this.complaints.push(said)
    })
  }
}

function signedIn(origin: string, { ticket }: Person) {
  const localStorage = [{ name: 'picasso.session', value: JSON.stringify(ticket) }]
  return { cookies: [], origins: [{ origin, localStorage }] }
}

/** Runs in each page as it begins: what it has noted itself since then goes further, and an empty tab keeps nothing. */
function beginAt([key, done]: readonly [string, string]) {
  if (origin !== 'null' && sessionStorage.getItem(key) === null) sessionStorage.setItem(key, done)
}
