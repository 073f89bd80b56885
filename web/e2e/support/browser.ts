import { type Browser, chromium } from 'playwright-core'

const CHROMIUM = process.env.PICASSO_CHROMIUM ?? '/usr/bin/chromium'

export function openBrowser(args: string[] = []): Promise<Browser> {
  return chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox', '--disable-gpu', ...args] })
}
