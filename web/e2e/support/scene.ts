import { OrderQueryService, OrderStatus } from '@/gen/picasso/queries/v1/order_pb'
import { Edition } from '@/gen/picasso/types/v1/types_pb'

import { payAt } from './deal'
import type { Market } from './market'
import { Person } from './person'
import { photograph } from './photographs'
import { until } from './until'

/** A file and the title it is to have. */
export type Work = readonly [file: Buffer, title: string]

const PHOTOGRAPHS = [
  ['camera-canon-hdr.jpg', 'Clouds before rain'],
  ['gps-DSCN0010.jpg', 'Arezzo, a roof'],
  ['gps-DSCN0021.jpg', 'Arezzo, a window'],
  ['orientation-portrait-6.jpg', 'Upright'],
  ['orientation-landscape-3.jpg', 'On its side'],
  ['phone-jolla.jpg', 'A walk in the evening'],
  ['gps-DSCN0042.jpg', 'Only one of it'],
  ['phone-nokia.jpg', 'The harbour'],
] as const

function photographs(): Promise<Work[]> {
  return Promise.all(PHOTOGRAPHS.map(async ([file, title]) => [await photograph(file), title] as const))
}

/** A marketplace in which something has happened: what every page needs to show all it has. */
export interface Scene {
  /** Sells. */
  ann: Person
  /** Buys and likes. */
  bob: Person
  operator: Person
  /** Signed up, not registered. */
  newcomer: Person
  pictureId: string
  paidId: string
  unpaidId: string
}

/** The last of the works is liked and bought, one is about to be, one can be bought by one person only. */
export async function playScene(market: Market, works?: readonly Work[]): Promise<Scene> {
  const ann = await Person.join(market, 'ann')
  const ids: string[] = []
  for (const [file, title] of works ?? (await photographs())) {
    const isExclusive = ids.length === 1
    ids.push(await ann.publish(file, title, isExclusive ? Edition.EXCLUSIVE : Edition.OPEN))
  }
  const [other, pictureId] = [ids[0], ids.at(-1)]
  if (!other || !pictureId) throw new Error('a scene needs pictures')
  const bob = await Person.join(market, 'bob')
  await bob.like(pictureId)
  const paidId = await buy(bob, pictureId)
  const { purchaseId: unpaidId } = await bob.startCheckout(other)
  const operator = await Person.join(market, 'otto', ['operator'])
  const newcomer = await Person.signUp(market, 'nina')
  return { ann, bob, operator, newcomer, pictureId, paidId, unpaidId }
}

/** Orders, pays, and waits for the picture. */
export async function buy(buyer: Person, pictureId: string): Promise<string> {
  const { purchaseId, checkoutUrl } = await buyer.startCheckout(pictureId)
  await payAt(checkoutUrl)
  await until('the order is granted', async () => {
    const { order } = await buyer.client(OrderQueryService).getOrder({ purchaseId })
    return order?.status === OrderStatus.GRANTED || undefined
  })
  return purchaseId
}
