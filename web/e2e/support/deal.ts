import { v7 as uuidv7 } from 'uuid'

import { type Order, OrderQueryService, OrderStatus } from '@/gen/picasso/queries/v1/order_pb'

import type { Market } from './market'
import { Person } from './person'
import { photograph } from './photographs'

/** An artist with one picture, and somebody who may buy it: of one test alone. */
export async function newDeal(market: Market) {
  const mark = uuidv7().slice(-8)
  const artist = await Person.join(market, `ann_${mark}`)
  const buyer = await Person.join(market, `bob_${mark}`)
  const picture = await artist.publish(await photograph('gps-DSCN0010.jpg'), 'A roof')
  return { artist, buyer, picture, artistPath: `/artists/ann_${mark}` }
}

/** How many orders somebody has, and how many of them are paid. */
export async function ordersOf(buyer: Person) {
  const { orders } = await buyer.client(OrderQueryService).listOrders({})
  return { all: orders.length, paid: orders.filter(({ status }) => status === OrderStatus.GRANTED).length }
}

/** The latest order of somebody. */
export async function orderOf(buyer: Person): Promise<Order> {
  const { orders } = await buyer.client(OrderQueryService).listOrders({})
  const [latest] = orders
  if (!latest) throw new Error('there is no order')
  const { order } = await buyer.client(OrderQueryService).getOrder({ purchaseId: latest.purchaseId })
  if (!order) throw new Error('an order came without itself')
  return order
}

/** Presses "Pay" on the page of the payment provider, or another button. */
export async function payAt(checkoutUrl: string, button: 'pay' | 'pay-twice' = 'pay') {
  const answer = await fetch(`${checkoutUrl}/${button}`, { method: 'POST', redirect: 'manual' })
  if (answer.status !== 303) throw new Error(`paying was answered ${String(answer.status)}`)
}
