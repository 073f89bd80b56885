import type { Page } from 'playwright-core'

import { PASSWORD, Person } from './support/person'
import { expect, test } from './support/test'

const WRONG = /status of 400 .*accounts:signInWithPassword$/

const address = (page: Page) => page.getByRole('textbox', { name: 'E-mail address' })
const headed = (page: Page, name: string) => page.getByRole('heading', { level: 1, name }).waitFor()

test('the address once typed is there wherever it is asked for, until one is in', async ({ market, visit }) => {
  const { signedIn } = await Person.join(market, 'eve')
  const { page } = await visit({ mayHear: WRONG })
  await page.goto('/sign-in?next=%2Fsettings')
  await address(page).fill(signedIn.email)
  await page.getByRole('button', { name: 'Show the password' }).click()
  await page.getByRole('textbox', { name: 'Password' }).fill('not this one')
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByRole('alert').waitFor()
  for (const [link, title] of [
    ['Sign up', 'Create an account'],
    ['Sign in', 'Welcome back'],
    ['Forgot your password?', 'Choose a new password'],
    ['Back', 'Welcome back'],
  ] as const) {
    await page.getByRole('main').getByRole('link', { name: link }).click()
    await headed(page, title)
    expect(await address(page).inputValue()).toBe(signedIn.email)
  }
  expect(await page.evaluate(() => JSON.stringify(sessionStorage))).not.toContain('not this one')
  await page.getByRole('textbox', { name: 'Password' }).fill(PASSWORD)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await headed(page, 'Settings')
  await page.goto('/sign-in')
  await headed(page, 'Welcome back')
  expect(await address(page).inputValue()).toBe('')
})

for (const entrance of ['/sign-in', '/sign-up']) {
  test(`${entrance} goes on by itself when one signs in in another tab`, async ({ market, visit }) => {
    const { ticket } = await Person.join(market, entrance.slice(1).replace('-', ''))
    const { page, context } = await visit()
    await page.goto(`${entrance}?next=%2Fsettings`)
    await address(page).waitFor()
    const other = await context.newPage()
    await other.goto('/')
    await other.evaluate((ticket) => {
      localStorage.setItem('picasso.session', JSON.stringify(ticket))
    }, ticket)
    await headed(page, 'Settings')
  })
}
