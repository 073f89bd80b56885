import type { Locator, Page } from 'playwright-core'

import { downloaded, waitUntilPaid } from './support/acts'
import { PASSWORD, Person } from './support/person'
import { photograph } from './support/photographs'
import { expect, test } from './support/test'

/** So many stops nobody should need. */
const PATIENCE = 40

test('who has no mouse signs up, likes, buys and downloads', async ({ market, visit }) => {
  const original = await photograph('phone-jolla.jpg')
  await (await Person.join(market, 'ann')).publish(original, 'A walk')
  const { page } = await visit()
  await page.goto('/')
  await press(page.getByRole('link', { name: 'Sign in' }))
  await press(page.getByRole('link', { name: 'Sign up' }))
  await page.getByRole('heading', { level: 1, name: 'Create an account' }).waitFor()
  await write(page.getByRole('textbox', { name: 'E-mail address' }), 'bob@example.org')
  await write(page.getByRole('textbox', { name: 'Password' }), PASSWORD)
  await page.keyboard.press('Enter')
  await write(page.getByRole('textbox', { name: 'Handle' }), 'bob')
  await write(page.getByRole('textbox', { name: 'Name', exact: true }), 'Bob')
  await page.keyboard.press('Enter')
  await press(page.getByRole('link', { name: 'A walk' }))
  await press(page.getByRole('button', { name: /^Like “A walk”/ }), 'Space')
  await page.getByRole('button', { name: /^Like “A walk”.*1 like/, pressed: true }).waitFor()
  await press(page.getByRole('button', { name: 'Buy', exact: true }))
  await press(page.getByRole('button', { name: /^Go on to pay/ }))
  await press(page.getByRole('button', { name: 'Pay', exact: true }))
  await waitUntilPaid(page)
  const bytes = await downloaded(page, () => press(page.getByRole('button', { name: 'Download the original' })))
  expect(bytes.equals(original)).toBe(true)
})

test('a dialog keeps the focus inside and gives it back', async ({ market, visit }) => {
  const picture = await (await Person.join(market, 'cleo')).publish(await photograph('gps-DSCN0010.jpg'), 'A roof')
  const { page } = await visit({ as: await Person.join(market, 'dan') })
  await page.goto(`/pictures/${picture}`)
  const buy = page.getByRole('button', { name: 'Buy', exact: true })
  await press(buy)
  const dialog = page.getByRole('dialog', { name: 'Buy this picture?' })
  await dialog.waitFor()
  const pay = dialog.getByRole('button', { name: /^Go on to pay/ })
  await reach(pay)
  for (let stops = 0; stops < 5; stops++) {
    await page.keyboard.press('Tab')
    // The browser's own bar is outside of every page.
    const isInside = (element: Element) => element.contains(document.activeElement ?? document.body)
    expect((await dialog.evaluate(isInside)) || (await hasFocus(page.locator('body')))).toBe(true)
  }
  await page.keyboard.press('Escape')
  await dialog.waitFor({ state: 'hidden' })
  expect(await hasFocus(buy)).toBe(true)
})

test('a menu is walked with the arrow keys', async ({ market, visit }) => {
  const { page } = await visit({ as: await Person.join(market, 'eve') })
  await page.goto('/')
  const button = page.getByRole('button', { name: 'Your account' })
  // The first time its script has to come; after that it is there.
  for (const name of ['Enter', 'Space', 'ArrowDown']) {
    await press(button, name)
    await page.getByRole('menu').waitFor()
    await expect.poll(() => hasFocus(page.getByRole('menuitem').first())).toBe(true)
    await page.keyboard.press('Escape')
    await expect.poll(() => hasFocus(button)).toBe(true)
  }
  await press(button)
  const orders = page.getByRole('menuitem', { name: 'Your orders' })
  await reach(orders, 'ArrowDown')
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { level: 1, name: 'Your orders' }).waitFor()
})

test('the first stop leads past the header', async ({ visit }) => {
  const { page } = await visit()
  await page.goto('/sign-in')
  await page.getByRole('heading', { level: 1 }).waitFor()
  await page.keyboard.press('Tab')
  await page.keyboard.press('Enter')
  await page.keyboard.press('Tab')
  expect(await hasFocus(page.getByRole('textbox', { name: 'E-mail address' }))).toBe(true)
})

async function press(target: Locator, key = 'Enter') {
  await reach(target)
  await target.page().keyboard.press(key)
}

async function write(target: Locator, text: string) {
  await reach(target)
  await target.page().keyboard.type(text)
}

/** Goes on with Tab, or another key, until the focus is there; wherever it stops, one sees it. */
async function reach(target: Locator, key = 'Tab') {
  await target.waitFor()
  const page = target.page()
  for (let stops = 0; stops < PATIENCE; stops++) {
    if (await hasFocus(target)) return
    await page.keyboard.press(key)
    expect(await unseenFocus(page)).toBeUndefined()
  }
  throw new Error(`not reached with ${String(PATIENCE)} times ${key}: ${target.toString()}`)
}

function hasFocus(target: Locator): Promise<boolean> {
  return target.evaluate((element) => element === document.activeElement)
}

/** What has the focus without showing it. */
function unseenFocus(page: Page): Promise<string | undefined> {
  return page.evaluate(() => {
    const { activeElement: element } = document
    if (!element || element === document.body || element.matches('main, h1')) return undefined
    const { outlineStyle, backgroundColor } = getComputedStyle(element)
    // What is chosen in a menu has another ground instead of an outline.
    const isMarked = element.hasAttribute('data-highlighted') && backgroundColor !== 'rgba(0, 0, 0, 0)'
    return outlineStyle === 'none' && !isMarked ? element.outerHTML : undefined
  })
}
