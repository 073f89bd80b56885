import type { Page } from 'playwright-core'

/** How long another page may take to come after the one before is gone. */
const PATIENCE_MS = 5_000

/** Looks at a page; anew when it gave way to another meanwhile, to the payment provider's for example. */
export async function steadily<T>(page: Page, look: () => Promise<T>): Promise<T> {
  for (;;) {
    const address = page.url()
    try {
      return await look()
    } catch (error) {
      await page
        .waitForURL(({ href }) => href !== address, { timeout: PATIENCE_MS })
        .catch(() => {
          throw error
        })
    }
  }
}
