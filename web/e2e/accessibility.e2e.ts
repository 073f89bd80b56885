import axe from 'axe-core'
import type { Page } from 'playwright-core'

import { goTo, places, settle } from './support/places'
import { playScene } from './support/scene'
import { expect, test as base } from './support/test'

/** WCAG 2.2, levels A and AA. */
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22a', 'wcag22aa']

const test = base.extend('scene', { scope: 'file' }, ({ market }) => playScene(market))

for (const place of places) {
  test(`${place.name} keeps nobody out, in light and in dark`, async ({ scene, visit }) => {
    const { page } = await visit({ as: place.as && scene[place.as] })
    await goTo(page, place, scene)
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme })
      await settle(page)
      expect(await violations(page), colorScheme).toEqual([])
    }
  })
}

/** Each as rule, place and what is wrong. Evaluated by the debugger, which no content security policy binds. */
async function violations(page: Page): Promise<string[]> {
  await page.evaluate(axe.source)
  const found = await page.evaluate(
    (tags) => (window as unknown as { axe: typeof axe }).axe.run(document, { runOnly: tags }),
    RULES,
  )
  return found.violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id}: ${target.join(' ')}: ${failureSummary ?? ''}`),
  )
}
