import type { Page } from 'playwright-core'

import { button, buttons, hasOpened, open, type Shown } from './support/buttons'
import { goTo, type Place, places, settle } from './support/places'
import { playScene, type Scene } from './support/scene'
import { Sent } from './support/sent'
import { steadily } from './support/steadily'
import { expect, test as base } from './support/test'
import { until } from './support/until'
import type { Visitor } from './support/visitor'

const test = base.extend('scene', { scope: 'file' }, ({ market }) => playScene(market))

/** Nothing that is not pressed at other places: the menus are opened wherever they are met first. */
const SAME = ['explore', 'explore-tag', 'account-menu', 'settings-menu', 'picture-missing', 'not-found']
/** What is done there takes something away from other places. */
const LAST = ['studio', 'selling', 'editing', 'operations', 'projection']
const pressedEverywhere = new Set<string>()

const toPress = places
  .filter(({ name }) => !SAME.includes(name))
  .flatMap((place) => (place.name === 'buying' ? [place, { ...place, as: 'operator' as const }] : [place]))
  .sort((one, other) => LAST.indexOf(one.name) - LAST.indexOf(other.name))

for (const place of toPress) {
  test(`a double click on any button of ${titleOf(place)} does no more than a click`, async ({ scene, visit }) => {
    const walk = new Walk(place, scene, () => visit({ as: place.as && scene[place.as] }))
    await walk.pressAll()
    expect(walk.problems).toEqual([])
  })
}

/** Through all the buttons of a place, those of the dialogs and menus that they open too. */
class Walk {
  readonly problems: string[] = []
  readonly #pressedHere = new Set<string>()

  constructor(
    private readonly place: Place,
    private readonly scene: Scene,
    private readonly arrive: () => Promise<Visitor>,
  ) {}

  /** Each by a visitor who has not been anywhere: one button signs out, another changes the language. */
  async pressAll(way: readonly Shown[] = []) {
    for (let isMore = true; isMore;) {
      const visitor = await this.arrive()
      const { opens, hasMore } = await this.#pressNext(visitor, way)
      await visitor.context.close()
      if (opens) await this.pressAll([...way, opens])
      isMore = hasMore
    }
  }

  async #pressNext(visitor: Visitor, way: readonly Shown[]): Promise<{ opens?: Shown; hasMore: boolean }> {
    const { page } = visitor
    await goTo(page, this.place, this.scene)
    for (const step of way) {
      // What was confirmed may have taken away what asked.
      if (!(await isOpened(page, step))) return { hasMore: false }
    }
    const [next, ...others] = await this.#unpressed(page, way)
    if (!next) return { hasMore: false }
    this.#pressed(way, next).add(nameOf([...way, next]))
    const sent = new Sent(page.context())
    await button(page, next).dblclick()
    await steadily(page, () => page.evaluate(() => new Promise(requestAnimationFrame)))
    await until('all that was sent is answered', () => sent.isAnswered || undefined)
    return steadily(page, async () => {
      await settle(page)
      await this.#judge(visitor, [...way, next], sent)
      const isOpener = way.length === 0 && (next.hasMenu || (await hasOpened(page)))
      // A picture that was withdrawn can be published again.
      const hasMore = others.length > 0 || (way.length === 0 && (await this.#unpressed(page, way)).length > 0)
      return { opens: isOpener ? next : undefined, hasMore }
    })
  }

  async #unpressed(page: Page, way: readonly Shown[]): Promise<Shown[]> {
    const shown = await buttons(page)
    return shown.filter((shown) => !this.#pressed(way, shown).has(nameOf([...way, shown])))
  }

  #pressed(way: readonly Shown[], shown: Shown): Set<string> {
    return (way[0] ?? shown).isCommon ? pressedEverywhere : this.#pressedHere
  }

  async #judge({ page, complaints }: Visitor, way: readonly Shown[], { acts }: Sent) {
    const say = (problem: string) => this.problems.push(`${titleOf(this.place)}, ${nameOf(way)}: ${problem}`)
    if (acts.size > 1 && !way.at(-1)?.isToggle) say(`sent ${[...acts].join(', ')}`)
    for (const refusal of await page.locator('li[data-kind=error]').allInnerTexts()) say(refusal)
    complaints.splice(0).forEach(say)
  }
}

async function isOpened(page: Page, opener: Shown): Promise<boolean> {
  await buttons(page)
  if ((await button(page, opener).count()) === 0) return false
  await open(page, button(page, opener))
  await settle(page)
  return true
}

function nameOf(way: readonly Shown[]) {
  return way.map(({ kind }) => `“${kind}”`).join(' and then ')
}

function titleOf({ name, as }: Place) {
  return as ? `${name} as ${as}` : name
}
