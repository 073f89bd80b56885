import type { Browser, Page } from 'playwright-core'

import type { Work } from './scene'

const TITLES = [
  'Noon',
  'Rain later',
  'Two hills',
  'The lamp',
  'A quiet street',
  'Cellar door',
  'Harvest',
  'The harbour',
]

/** Pictures that belong to nobody, for what is shown to everybody: a sun over hills, other each time, the same always. */
export async function paintings(browser: Browser): Promise<Work[]> {
  const page = await browser.newPage()
  const works: Work[] = []
  for (const [number, title] of TITLES.entries()) works.push([await painting(page, number), title])
  await page.close()
  return works
}

/** Painted by any page; a JPEG. */
export async function painting(page: Page, number: number): Promise<Buffer> {
  return Buffer.from(await page.evaluate(paint, number), 'base64')
}

/** Runs in the page. */
function paint(number: number): string {
  const canvas = document.createElement('canvas')
  const isUpright = number % 3 === 1
  const [width, height] = isUpright ? [1200, 1600] : [1600, number % 2 === 0 ? 1067 : 900]
  Object.assign(canvas, { width, height })
  const brush = canvas.getContext('2d')
  if (!brush) throw new Error('this browser does not paint')
  const hue = number * 47
  const sky = brush.createLinearGradient(0, 0, 0, height)
  sky.addColorStop(0, `hsl(${String(hue + 200)} 60% 55%)`)
  sky.addColorStop(1, `hsl(${String(hue + 40)} 80% 85%)`)
  brush.fillStyle = sky
  brush.fillRect(0, 0, width, height)
  brush.fillStyle = `hsl(${String(hue + 40)} 90% 70%)`
  brush.beginPath()
  brush.arc(width * (0.2 + ((number * 0.17) % 0.6)), height * 0.4, height * 0.12, 0, 7)
  brush.fill()
  for (let hill = 0; hill < 4; hill++) {
    brush.fillStyle = `hsl(${String(hue + 120)} 35% ${String(48 - hill * 11)}%)`
    brush.beginPath()
    brush.moveTo(0, height)
    for (let x = 0; x <= width; x += 8) {
      const wave = Math.sin(x / (90 + hill * 60) + number * 2 + hill * 3)
      brush.lineTo(x, height * (0.55 + hill * 0.11) + wave * height * 0.05)
    }
    brush.lineTo(width, height)
    brush.fill()
  }
  return canvas.toDataURL('image/jpeg', 0.9).replace(/^.*,/, '')
}
