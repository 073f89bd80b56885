import { create } from '@bufbuild/protobuf'
import { Code, createRouterTransport } from '@connectrpc/connect'
import { TransportProvider } from '@connectrpc/connect-query'
import { QueryClientProvider } from '@tanstack/react-query'
import { render, screen, waitFor } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { expect, test, vi } from 'vitest'

import { createQueryClient } from '@/api/queryClient'
import { type ChangePictureDetailsRequest, PictureCommandService } from '@/gen/picasso/commands/v1/picture_pb'
import { GalleryQueryService } from '@/gen/picasso/queries/v1/gallery_pb'
import { PictureSchema } from '@/gen/picasso/queries/v1/picture_pb'
import { en } from '@/i18n/en'
import { I18nProvider } from '@/i18n/I18nProvider'
import { refuse } from '@/test/refuse'

import { WordsForm } from './WordsForm'

const SEEN = { pictureId: 'p', title: 'Lake', altText: 'A lake', tags: ['water'], etag: '1' }
const title = () => screen.getByRole('textbox', { name: 'Title' })
const save = () => userEvent.click(screen.getByRole('button', { name: 'Save' }))
const asText = ({ etag, details }: ChangePictureDetailsRequest) => `${etag ?? ''} ${details?.title ?? ''}`

/** The form, before a server that has the picture in a later version and takes only changes of that. */
function show(later: Partial<typeof SEEN>, refusal?: Error) {
  const asked: ChangePictureDetailsRequest[] = []
  const onSaved = vi.fn(() => Promise.resolve())
  const now = { ...SEEN, ...later }
  const transport = createRouterTransport(({ service }) => {
    service(GalleryQueryService, { getPicture: () => ({ picture: { own: true, picture: now } }) })
    service(PictureCommandService, {
      changePictureDetails: (request) => {
        asked.push(request)
        if (refusal) throw refusal
        if (request.etag !== now.etag) throw refuse('ETAG_MISMATCH', Code.Aborted)
        return { receipt: { etag: '9' } }
      },
    })
  })
  const { unmount } = render(
    <I18nProvider initial={{ language: 'en', dictionary: en }}>
      <TransportProvider transport={transport}>
        <QueryClientProvider client={createQueryClient(vi.fn())}>
          <WordsForm picture={create(PictureSchema, SEEN)} onSaved={onSaved} />
        </QueryClientProvider>
      </TransportProvider>
    </I18nProvider>,
  )
  return { asked, onSaved, unmount }
}

async function write(text: string) {
  await userEvent.clear(title())
  await userEvent.type(title(), text)
}

test('a change of what one does not write about is no reason to ask', async () => {
  const { asked, onSaved } = show({ etag: '2' })
  await write('Dark lake')
  await save()
  await waitFor(() => expect(onSaved).toHaveBeenCalledOnce())
  expect(asked.map(asText)).toEqual(['1 Dark lake', '2 Dark lake'])
  expect(screen.queryByRole('alert')).toBeNull()
})

test('nobody’s words are overwritten before one has seen and chosen', async () => {
  const { asked, onSaved } = show({ etag: '2', title: 'Their lake' })
  await write('My lake')
  await save()
  const question = await screen.findByRole('alert')
  for (const text of ['My lake', 'Their lake']) expect(question.textContent).toContain(text)
  await save()
  expect(asked).toHaveLength(1)
  expect(document.activeElement?.textContent).toBe('Keep mine')

  await userEvent.click(screen.getByRole('button', { name: /^Take this/ }))
  expect(title()).toHaveProperty('value', 'Their lake')
  await save()
  await waitFor(() => expect(onSaved).toHaveBeenCalledOnce())
  expect(asked.map(asText)).toEqual(['1 My lake', '2 Their lake'])
})

test('a refusal keeps what was typed, over a reload too', async () => {
  const { unmount } = show({}, refuse('NOT_OWNER', Code.PermissionDenied))
  await write('My lake')
  await save()
  expect((await screen.findByRole('alert')).textContent).toContain('belongs to somebody else')
  unmount()
  show({})
  screen.getByText(/had not saved/)
  expect(title()).toHaveProperty('value', 'My lake')
  await userEvent.click(screen.getByRole('button', { name: 'Discard my changes' }))
  expect(title()).toHaveProperty('value', 'Lake')
})

test('what is wrong is said before the server is asked, with the focus on it', async () => {
  const { asked } = show({})
  await userEvent.clear(title())
  await save()
  expect(document.activeElement).toBe(title())
  expect(asked).toEqual([])
})
