import { create } from '@bufbuild/protobuf'
import { Code } from '@connectrpc/connect'
import { screen, waitFor } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { expect, test, vi } from 'vitest'

import { PictureCommandService, type RepricePictureRequest } from '@/gen/picasso/commands/v1/picture_pb'
import { PictureSchema } from '@/gen/picasso/queries/v1/picture_pb'
import { refuse } from '@/test/refuse'
import { show } from '@/test/show'

import { PriceForm } from './PriceForm'

const picture = create(PictureSchema, {
  pictureId: 'p',
  etag: '1',
  price: { amountMinor: 1250n, currency: 'EUR' },
})
const field = () => screen.getByRole('textbox', { name: 'New price in EUR' })
const send = () => userEvent.click(screen.getByRole('button', { name: 'Change the price' }))

function open(refusal?: Error) {
  const asked: RepricePictureRequest[] = []
  const onChanged = vi.fn(() => Promise.resolve())
  const form = <PriceForm picture={picture} prices={[]} canChange onChanged={onChanged} />
  show(form, ({ service }) => {
    service(PictureCommandService, {
      repricePicture: (request) => {
        asked.push(request)
        if (refusal) throw refusal
        return {}
      },
    })
  })
  return { asked, onChanged }
}

test('a price goes to the server to the cent, in the picture’s currency, on top of what one has seen', async () => {
  const { asked } = open()
  await userEvent.type(field(), '1.234,50')
  await send()
  await waitFor(() => expect(field()).toHaveProperty('value', ''))
  expect(asked.map(({ price, etag }) => [price?.amountMinor, price?.currency, etag])).toEqual([
    [123450n, 'EUR', '1'],
  ])
})

test.each(['', 'free', '0.49', '1,234'])(
  '“%s” is no price, which is said without asking the server',
  async (typed) => {
    const { asked } = open()
    if (typed) await userEvent.type(field(), typed)
    await send()
    expect(document.activeElement).toBe(field())
    expect(field().getAttribute('aria-invalid')).toBe('true')
    expect(asked).toEqual([])
  },
)

test('a picture that has changed is shown anew before one decides again, and what was typed stays', async () => {
  const { onChanged } = open(refuse('ETAG_MISMATCH', Code.Aborted))
  await userEvent.type(field(), '20')
  await send()
  expect((await screen.findByRole('alert')).textContent).toContain('changed in the meantime')
  expect(onChanged).toHaveBeenCalledOnce()
  expect(field()).toHaveProperty('value', '20')
})
