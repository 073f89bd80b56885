import { render, screen, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { useReducer } from 'react'
import { expect, test } from 'vitest'

import { I18nProvider } from '@/i18n'
import { en } from '@/i18n/en'

import { reduce, type State } from './reducer'
import { newUpload } from './upload'
import { UploadCard } from './UploadCard'
import { useFormErrors } from './useFormErrors'

function Cards({ initial }: { initial: State }) {
  const [state, dispatch] = useReducer(reduce, initial)
  const errors = useFormErrors({ ...state, dispatch })
  return (
    <>
      {state.uploads.map((upload) => (
        <UploadCard
          key={upload.id}
          upload={upload}
          shared={state.shared}
          errors={errors.of(upload)}
          isOneOfMany
          dispatch={dispatch}
        />
      ))}
      <output>{Object.values(errors.ofShared).join()}</output>
      <button onClick={() => errors.finish(true)}>finish</button>
    </>
  )
}

function show(initial: Partial<State>) {
  const uploads = ['a.jpg', 'b.jpg'].map((name) => newUpload(new File(['x'], name)))
  render(
    <I18nProvider initial={{ language: 'en', dictionary: en }}>
      <Cards initial={{ uploads, shared: {}, ...initial }} />
    </I18nProvider>,
  )
  return userEvent.setup()
}

const card = (name: string) => within(screen.getByRole('group', { name }))
const more = (name: string) => card(name).getByText('More about this picture')

test('what is missing for all is told once, where it is said for all', async () => {
  const user = show({})
  await user.click(screen.getByText('finish'))
  expect(screen.getByRole('status').textContent).toBe('Please fill this in.')
  expect(screen.queryAllByRole('textbox', { name: 'Price' })).toEqual([])
})

test('what is wrong with one picture unfolds it, and it stays open while it is mended', async () => {
  const user = show({ shared: { price: '5' } })
  await user.click(more('b.jpg'))
  await user.clear(screen.getByLabelText('Price'))
  await user.click(more('b.jpg'))
  await user.click(screen.getByText('finish'))
  const price = screen.getByLabelText('Price')
  expect(price.getAttribute('aria-invalid')).toBe('true')
  expect(screen.getByRole('status').textContent).toBe('')
  await user.type(price, '12.50')
  expect(screen.getByLabelText('Price')).toHaveProperty('value', '12.50')
  expect(document.activeElement).toBe(screen.getByLabelText('Price'))
})

test('what is said for all shows in each, until that says otherwise', async () => {
  const user = show({ shared: { price: '5' } })
  await user.click(more('a.jpg'))
  await user.click(more('b.jpg'))
  const prices = ['a.jpg', 'b.jpg'].map((name) => card(name).getByLabelText<HTMLInputElement>('Price'))
  await user.type(card('a.jpg').getByLabelText('Price'), '0')
  expect(prices.map(({ value }) => value)).toEqual(['50', '5'])
})
