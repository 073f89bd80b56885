/* eslint-disable no-empty-pattern -- Vitest wants a pattern, also of a fixture that needs no other. */
import { stderr } from 'node:process'

import { expect, test as base } from 'vitest'

import { openBrowser } from './browser'
import { Market } from './market'
import { Visitor, type VisitOptions } from './visitor'

/** A page may take so long to show what it is to show. */
const PATIENCE_MS = 20_000

/** A test with a marketplace and a browser, shared by the file, and visitors of its own. */
export const test = base
  .extend('market', { scope: 'file' }, async ({}, { onCleanup }) => {
    const market = await Market.open()
    onCleanup(() => market.close())
    return market
  })
  .extend('browser', { scope: 'file' }, async ({}, { onCleanup }) => {
    const browser = await openBrowser()
    onCleanup(() => browser.close())
    return browser
  })
  .extend('visit', ({ market, browser, task }, { onCleanup }) => {
    const visitors: Visitor[] = []
    onCleanup(async () => {
      if (task.result?.state === 'fail') for (const visitor of visitors) stderr.write(await visitor.sees())
      for (const visitor of visitors) await visitor.context.close()
      expect(visitors.flatMap(({ complaints }) => complaints)).toEqual([])
    })
    return async (options?: VisitOptions) => {
      const visitor = await Visitor.arrive(browser, market, options)
      visitor.context.setDefaultTimeout(PATIENCE_MS)
      visitors.push(visitor)
      return visitor
    }
  })

export { expect }
