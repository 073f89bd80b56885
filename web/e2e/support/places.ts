import type { Page } from 'playwright-core'

import { open } from './buttons'
import { painting } from './paint'
import type { Scene } from './scene'

/** A page, or something that opens on one, at which everything shows that it can. */
export interface Place {
  name: string
  path: string | ((scene: Scene) => string)
  /** What it is called there, so that no other page is taken for it. */
  heading: string
  /** Nobody when left out. */
  as?: 'ann' | 'bob' | 'operator' | 'newcomer'
  /** What is to be done there first. */
  first?: (page: Page) => Promise<void>
}

export const places: readonly Place[] = [
  { name: 'explore', path: '/', heading: 'Pictures worth keeping' },
  { name: 'explore-popular', path: '/?order=popular', heading: 'Pictures worth keeping', as: 'bob' },
  { name: 'explore-nothing', path: '/?words=nothing&currency=EUR&min=100', heading: 'Pictures worth keeping' },
  { name: 'explore-tag', path: '/?tag=street', heading: 'Pictures worth keeping' },
  { name: 'picture', path: ({ pictureId }) => `/pictures/${pictureId}`, heading: 'The harbour' },
  { name: 'picture-missing', path: '/pictures/none', heading: 'There is no such picture' },
  {
    name: 'buying',
    path: ({ pictureId }) => `/pictures/${pictureId}`,
    heading: 'The harbour',
    as: 'newcomer',
    first: (page) => open(page, page.getByRole('button', { name: 'Buy', exact: true })),
  },
  { name: 'artist', path: '/artists/ann', heading: 'ann' },
  { name: 'sign-in', path: '/sign-in', heading: 'Welcome back' },
  {
    name: 'sign-up',
    path: '/sign-up',
    heading: 'Create an account',
    first: (page) => page.getByRole('button', { name: 'Sign up' }).click(),
  },
  { name: 'register', path: '/register', heading: 'Who are you here?', as: 'newcomer' },
  { name: 'forgotten-password', path: '/forgotten-password', heading: 'Choose a new password' },
  { name: 'reset-password', path: '/reset-password?oobCode=1', heading: 'Your new password' },
  { name: 'upload', path: '/upload', heading: 'Upload pictures', as: 'ann' },
  {
    name: 'upload-chosen',
    path: '/upload',
    heading: 'Upload pictures',
    as: 'ann',
    first: async (page) => {
      const buffer = await painting(page, 9)
      await page.locator('input[type=file]').setInputFiles({ name: 'Evening.jpg', mimeType: 'image/jpeg', buffer })
      await page.getByRole('button', { name: 'Publish' }).click()
      await page.getByRole('listitem').filter({ hasText: 'Sent' }).waitFor()
    },
  },
  { name: 'studio', path: '/studio', heading: 'Your pictures', as: 'ann' },
  { name: 'editing', path: ({ pictureId }) => `/studio/${pictureId}`, heading: 'The harbour', as: 'ann' },
  { name: 'payouts', path: '/payouts', heading: 'Payouts', as: 'ann' },
  { name: 'orders', path: '/orders', heading: 'Your orders', as: 'bob' },
  { name: 'order-paid', path: ({ paidId }) => `/orders/${paidId}`, heading: 'Your order', as: 'bob' },
  { name: 'order-unpaid', path: ({ unpaidId }) => `/orders/${unpaidId}`, heading: 'Your order', as: 'bob' },
  { name: 'receipt', path: ({ paidId }) => `/orders/${paidId}/receipt`, heading: 'Receipt', as: 'bob' },
  { name: 'library', path: '/library', heading: 'Your library', as: 'bob' },
  { name: 'liked', path: '/liked', heading: 'What you like', as: 'bob' },
  { name: 'selling', path: '/selling', heading: 'Selling', as: 'ann' },
  { name: 'settings', path: '/settings', heading: 'Settings', as: 'bob' },
  {
    name: 'account-menu',
    path: '/',
    heading: 'Pictures worth keeping',
    as: 'bob',
    first: (page) => open(page, page.getByRole('button', { name: 'Your account' })),
  },
  {
    name: 'settings-menu',
    path: '/',
    heading: 'Pictures worth keeping',
    first: (page) => open(page, page.getByRole('button', { name: 'Language and appearance' })),
  },
  { name: 'operations', path: '/ops', heading: 'Read models', as: 'operator' },
  { name: 'projection', path: '/ops/projections/gallery', heading: 'gallery', as: 'operator' },
  { name: 'events', path: '/ops/events', heading: 'Events', as: 'operator' },
  { name: 'aggregates', path: '/ops/aggregates', heading: 'Aggregate', as: 'operator' },
  { name: 'not-found', path: '/nothing/here', heading: 'There is no such page' },
]

/** Goes there and waits until nothing is being loaded any more. */
export async function goTo(page: Page, { path, heading, first }: Place, scene: Scene) {
  await page.goto(typeof path === 'string' ? path : path(scene))
  await page.getByRole('heading', { level: 1, name: heading, exact: true }).waitFor()
  await settle(page)
  await first?.(page)
  await settle(page)
}

/** No skeleton, no spinner, every picture in sight decoded, nothing moving. */
export async function settle(page: Page) {
  await page.waitForFunction(() => {
    const isLoading = document.querySelector('.animate-pulse, .animate-spin, [aria-busy="true"]') !== null
    const inSight = [...document.images].filter((image) => image.getBoundingClientRect().top < innerHeight)
    const isMoving = document.getAnimations().some(({ playState }) => playState === 'running')
    return !isLoading && !isMoving && inSight.every(({ complete }) => complete)
  })
}
