import type { Market } from './market'
import { until } from './until'

/** A minute is what a provider may take; nobody wants to wait for it each time. */
export const LATE_MS = process.env.PICASSO_CAMPAIGN === 'full' ? 60_000 : 10_000

interface Delivery {
  event: string
  type: string
  state: 'pending' | 'delivered' | 'given_up' | 'dropped'
}

/** The payment provider's news of payments, by how far they have come. */
export async function news(market: Market, state: Delivery['state']): Promise<Delivery[]> {
  const answer = await fetch(`${market.sandboxUrl}/sandbox/webhooks`)
  const { latest } = (await answer.json()) as { latest: Delivery[] }
  return latest.filter(({ type, state: now }) => type === 'checkout.session.completed' && now === state)
}

/** Until what is on its way has been delivered. */
export async function waitForNews(market: Market) {
  const awaited = (await news(market, 'pending')).map(({ event }) => event)
  if (awaited.length === 0) throw new Error('no news is on its way')
  const what = `the news ${awaited.join(', ')} has come`
  await until(
    what,
    async () => {
      const come = (await news(market, 'delivered')).map(({ event }) => event)
      return awaited.every((event) => come.includes(event)) || undefined
    },
    2 * LATE_MS,
  )
}
