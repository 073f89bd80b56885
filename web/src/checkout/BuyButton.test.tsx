import { create } from '@bufbuild/protobuf'
import { Code } from '@connectrpc/connect'
import { screen, waitFor } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { expect, test } from 'vitest'

import { type StartCheckoutRequest, PurchaseCommandService } from '@/gen/picasso/commands/v1/purchase_pb'
import { ViewedPictureSchema } from '@/gen/picasso/queries/v1/gallery_pb'
import { PictureStage } from '@/gen/picasso/queries/v1/picture_pb'
import { refuse } from '@/test/refuse'
import { show } from '@/test/show'

import { BuyButton, obstacle } from './BuyButton'
import { risenPrice } from './price'

const RISEN = { current_amount_minor: '1500', current_currency: 'EUR' }
const viewed = create(ViewedPictureSchema, {
  picture: { pictureId: 'p', stage: PictureStage.PUBLISHED, price: { amountMinor: 1250n, currency: 'EUR' } },
})

/** The dialog, opened, before a server that answers as it is told, and what the server was asked. */
async function open(answer: (call: number) => object) {
  const asked: StartCheckoutRequest[] = []
  show(<BuyButton viewed={viewed} />, ({ service }) => {
    service(PurchaseCommandService, { startCheckout: (request) => answer(asked.push(request)) })
  })
  await userEvent.click(screen.getByRole('button', { name: 'Buy' }))
  return asked
}

const pay = (price: string) => screen.findByRole('button', { name: `Go on to pay ${price}` })

test('a price that has risen is paid only once it was shown and agreed to', async () => {
  const asked = await open(() => {
    throw refuse('PRICE_RISEN', Code.FailedPrecondition, RISEN)
  })
  await userEvent.click(await pay('€12.50'))
  await userEvent.click(await pay('€15.00'))
  await waitFor(() => expect(asked.map(({ shownPrice }) => shownPrice?.amountMinor)).toEqual([1250n, 1500n]))
  expect(new Set(asked.map(({ requestId }) => requestId)).size).toBe(2)
})

test('a refusal is said in the dialog', async () => {
  await open(() => {
    throw refuse('PICTURE_RESERVED', Code.FailedPrecondition)
  })
  await userEvent.click(await pay('€12.50'))
  expect((await screen.findByRole('alert')).textContent).toContain('Somebody is buying this picture right now')
})

test('what the page knows already needs no question', () => {
  const { picture } = viewed
  const at = (stage: PictureStage) => obstacle({ own: false, picture: picture && { ...picture, stage } })
  expect(obstacle({ picture, own: true })).toBe('OWN_PICTURE')
  expect(at(PictureStage.SOLD)).toBe('PICTURE_SOLD')
  expect(at(PictureStage.WITHDRAWN)).toBe('PICTURE_WITHDRAWN')
  expect(at(PictureStage.PUBLISHED)).toBeUndefined()
})

test('only a risen price is a new price', () => {
  expect(risenPrice(refuse('PRICE_RISEN', Code.FailedPrecondition, RISEN))).toEqual({
    amountMinor: 1500n,
    currency: 'EUR',
  })
  expect(risenPrice(refuse('PRICE_RISEN', Code.FailedPrecondition))).toBeUndefined()
  expect(risenPrice(refuse('PICTURE_SOLD', Code.FailedPrecondition, RISEN))).toBeUndefined()
})
