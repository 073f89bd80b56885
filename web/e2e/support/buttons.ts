import type { Locator, Page } from 'playwright-core'

/** A button of a page as it is now. */
export interface Shown {
  /** Its name without what it is about and without numbers: one of each kind is enough. */
  kind: string
  isToggle: boolean
  hasMenu: boolean
  /** Of the site, on every page. */
  isCommon: boolean
}

const MARK = 'data-e2e-kind'
/** What opens on a page: it comes first, and may cover the rest. */
const OPEN = 'dialog[open], [role=menu]'

/** The buttons that can be pressed: of the dialog or the menu that is open, else of the page; of each kind the last. */
export async function buttons(page: Page): Promise<Shown[]> {
  const shown = await page.evaluate(mark, [MARK, OPEN] as const)
  return [...new Map(shown.map((button) => [button.kind, button])).values()]
}

export function button(page: Page, { kind }: Pick<Shown, 'kind'>): Locator {
  return page.locator(`[${MARK}=${JSON.stringify(kind)}]`).last()
}

/** Whether there is something open on the page. */
export async function hasOpened(page: Page) {
  return (await page.locator(OPEN).count()) > 0
}

/** Presses what opens something, and waits for that: the script of a menu may still have to come. */
export async function open(page: Page, opener: Locator) {
  await opener.click()
  await page.locator(OPEN).waitFor()
}

/** Runs in the page. */
function mark([attribute, open]: readonly [string, string]): Shown[] {
  const within = document.querySelector(open) ?? document
  const found = within.querySelectorAll<HTMLElement>(
    'button, summary, [role=button], [role=menuitem], [role=menuitemradio]',
  )
  return [...found].flatMap((element) => {
    const isThere = element.checkVisibility() && element.tagName !== 'A'
    if (!isThere || element.matches(':disabled, [aria-disabled=true]')) return []
    const name = element.getAttribute('aria-label') ?? element.textContent
    const kind = name
      .replace(/“.*?”/g, '“…”')
      .replace(/\d+/g, '#')
      .replace(/^(?:[A-Z][a-z]+){2,}$/, 'SomeEvent')
      .trim()
    element.setAttribute(attribute, kind)
    return {
      kind,
      isToggle: element.hasAttribute('aria-pressed'),
      hasMenu: element.getAttribute('aria-haspopup') === 'menu',
      isCommon: element.closest('header, footer') !== null,
    }
  })
}
