import { create, toBinary } from '@bufbuild/protobuf'
import type { Page, Route } from 'playwright-core'

import { type Order, WatchOrderResponseSchema } from '@/gen/picasso/queries/v1/order_pb'

const contentType = 'application/grpc-web+proto'

/** Cuts the first streams behind their first answer, as a proxy does; answers those that were opened. */
export async function cutStreams(page: Page, order: Order, count: number): Promise<Route[]> {
  const streams: Route[] = []
  const message = toBinary(WatchOrderResponseSchema, create(WatchOrderResponseSchema, { order }))
  await page.route('**/WatchOrder', (route) => {
    streams.push(route)
    return streams.length > count ? route.continue() : route.fulfill({ contentType, body: envelope(message) })
  })
  return streams
}

/** A message as gRPC-web sends it; the trailers that end a stream do not follow. */
function envelope(message: Uint8Array): Buffer {
  const head = Buffer.alloc(5)
  head.writeUInt32BE(message.length, 1)
  return Buffer.concat([head, message])
}
