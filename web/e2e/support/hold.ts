import type { Page, Request } from 'playwright-core'

/** Holds back what a page sends there; answers what is held, and the way to let it go on. */
export async function hold(page: Page, url: string) {
  const held: Request[] = []
  let letGo: () => void = () => undefined
  const mayGo = new Promise<void>((resolve) => (letGo = resolve))
  await page.route(url, async (route, request) => {
    held.push(request)
    await mayGo
    await route.continue()
  })
  return { held, letGo }
}
