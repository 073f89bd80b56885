import { create } from '@bufbuild/protobuf'
import { Code, createRouterTransport } from '@connectrpc/connect'
import { TransportProvider } from '@connectrpc/connect-query'
import { QueryClientProvider } from '@tanstack/react-query'
import { render, screen, waitFor } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { expect, test, vi } from 'vitest'

import { createQueryClient } from '@/api/queryClient'
import { PictureCommandService, type RepricePictureRequest } from '@/gen/picasso/commands/v1/picture_pb'
import { PictureSchema } from '@/gen/picasso/queries/v1/picture_pb'
import { en } from '@/i18n/en'
import { I18nProvider } from '@/i18n/I18nProvider'
import { refuse } from '@/test/refuse'

import { PriceForm } from './PriceForm'

const picture = create(PictureSchema, {
  pictureId: 'p',
  etag: '1',
  price: { amountMinor: 1250n, currency: 'EUR' },
})
const field = () => screen.getByRole('textbox', { name: 'New price in EUR' })
const send = () => userEvent.click(screen.getByRole('button', { name: 'Change the price' }))

function show(refusal?: Error) {
  const asked: RepricePictureRequest[] = []
  const onChanged = vi.fn(() => Promise.resolve())
  const transport = createRouterTransport(({ service }) => {
    service(PictureCommandService, {
      repricePicture: (request) => {
        asked.push(request)
        if (refusal) throw refusal
        return {}
      },
    })
  })
  render(
    <I18nProvider initial={{ language: 'en', dictionary: en }}>
      <TransportProvider transport={transport}>
        <QueryClientProvider client={createQueryClient(vi.fn())}>
          <PriceForm picture={picture} prices={[]} canChange onChanged={onChanged} />
        </QueryClientProvider>
      </TransportProvider>
    </I18nProvider>,
  )
  return { asked, onChanged }
}

test('a price goes to the server to the cent, in the picture’s currency, on top of what one has seen', async () => {
  const { asked } = show()
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
    const { asked } = show()
    if (typed) await userEvent.type(field(), typed)
    await send()
    expect(document.activeElement).toBe(field())
    expect(field().getAttribute('aria-invalid')).toBe('true')
    expect(asked).toEqual([])
  },
)

test('a picture that has changed is shown anew before one decides again, and what was typed stays', async () => {
  const { onChanged } = show(refuse('ETAG_MISMATCH', Code.Aborted))
  await userEvent.type(field(), '20')
  await send()
  expect((await screen.findByRole('alert')).textContent).toContain('changed in the meantime')
  expect(onChanged).toHaveBeenCalledOnce()
  expect(field()).toHaveProperty('value', '20')
})
