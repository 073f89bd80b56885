import { act, render, screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { afterEach, expect, test, vi } from 'vitest'

import { en } from '@/i18n/en'
import { I18nProvider } from '@/i18n/I18nProvider'
import { useToasts } from '@/ui/toasts'

import { share } from './share'
import { ShareButton } from './ShareButton'

const LINK = { title: 'Sea', url: 'https://picasso.example/pictures/p' }
const refused = (name: string) => () => Promise.reject(new DOMException('', name))
const done = () => vi.fn(() => Promise.resolve())

/** A browser that shares by these; it has no others. */
function browserWith(navigator: { share?: () => Promise<void>; clipboard?: { writeText: () => Promise<void> } }) {
  vi.stubGlobal('navigator', navigator)
}

afterEach(() => vi.unstubAllGlobals())

test('what the device shares with is asked first, and nothing is copied', async () => {
  const [sheet, writeText] = [done(), done()]
  browserWith({ share: sheet, clipboard: { writeText } })
  expect(await share(LINK)).toBe('shared')
  expect(sheet).toHaveBeenCalledWith(LINK)
  expect(writeText).not.toHaveBeenCalled()
})

test('who closes the sheet wants nothing, not a copy either', async () => {
  const writeText = done()
  browserWith({ share: refused('AbortError'), clipboard: { writeText } })
  expect(await share(LINK)).toBe('cancelled')
  expect(writeText).not.toHaveBeenCalled()
})

test('a device that does not share lets the address be copied', async () => {
  const writeText = done()
  browserWith({ share: refused('NotAllowedError'), clipboard: { writeText } })
  expect(await share(LINK)).toBe('copied')
  browserWith({ clipboard: { writeText } })
  expect(await share(LINK)).toBe('copied')
  expect(writeText).toHaveBeenLastCalledWith(LINK.url)
})

test('neither is an answer, not an error', async () => {
  browserWith({})
  expect(await share(LINK)).toBe('impossible')
  browserWith({ clipboard: { writeText: refused('NotAllowedError') } })
  expect(await share(LINK)).toBe('impossible')
})

/** Presses the button twice, in a window with this clipboard and nothing else to share with. */
async function press(writeText: () => Promise<void>) {
  const Toasts = () => useToasts().map(({ id, text }) => <p key={id}>{text}</p>)
  render(
    <I18nProvider initial={{ language: 'en', dictionary: en }}>
      <ShareButton of={{ pictureId: 'p', title: 'Sea' }} />
      <Toasts />
    </I18nProvider>,
  )
  vi.spyOn(navigator.clipboard, 'writeText').mockImplementation(writeText)
  await userEvent.dblClick(screen.getByRole('button', { name: 'Share “Sea”' }))
  await act(() => Promise.resolve())
}

test('one hears that the address was copied, which is the picture’s own, without what it was opened with', async () => {
  history.replaceState(null, '', '/pictures/p?from=letter#top')
  const writeText = done()
  await press(writeText)
  await screen.findByText('The address of the picture has been copied.')
  expect(writeText).toHaveBeenCalledWith(`${location.origin}/pictures/p`)
  expect(screen.queryByRole('dialog')).toBeNull()
})

test('where nothing can be copied the address is shown', async () => {
  await press(refused('NotAllowedError'))
  const address = await screen.findByRole<HTMLInputElement>('textbox', { name: 'Address of the picture' })
  expect(address.value).toBe(`${location.origin}/pictures/p`)
})
