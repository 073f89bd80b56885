import { act, render, screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { expect, test, vi } from 'vitest'

import { Button } from './Button'
import { placeholderUrl } from './thumbhash'
import { dismiss, toast, useToasts } from './toasts'

test('a busy button keeps the focus and presses nothing', async () => {
  const onClick = vi.fn()
  const submit = vi.fn((event: Event) => event.preventDefault())
  const { container, rerender } = render(
    <form>
      <Button type="submit" onClick={onClick}>
        Pay
      </Button>
    </form>,
  )
  container.querySelector('form')?.addEventListener('submit', submit)
  const button = screen.getByRole('button', { name: 'Pay' })
  button.focus()
  rerender(
    <form>
      <Button type="submit" isBusy onClick={onClick}>
        Pay
      </Button>
    </form>,
  )
  await userEvent.click(button)
  expect(document.activeElement).toBe(button)
  expect(onClick).not.toHaveBeenCalled()
  expect(submit).not.toHaveBeenCalled()
  rerender(
    <form>
      <Button type="submit" onClick={onClick}>
        Pay
      </Button>
    </form>,
  )
  await userEvent.click(button)
  expect([onClick.mock.calls.length, submit.mock.calls.length]).toEqual([1, 1])
})

test('a double click is a click, however fast the first half was answered', async () => {
  const onClick = vi.fn()
  const submit = vi.fn((event: React.SyntheticEvent) => event.preventDefault())
  render(
    <form onSubmit={submit}>
      <Button type="submit" onClick={onClick}>
        Save
      </Button>
    </form>,
  )
  await userEvent.dblClick(screen.getByRole('button', { name: 'Save' }))
  expect([onClick.mock.calls.length, submit.mock.calls.length]).toEqual([1, 1])
})

test('a ThumbHash becomes an image; what is none becomes nothing', () => {
  expect(placeholderUrl('1fd80a1a0b78887f87777887877777880887')).toMatch(/^data:image\/png;base64,/)
  expect(placeholderUrl('')).toBeUndefined()
  expect(placeholderUrl('zz')).toBeUndefined()
})

test('the same toast twice stands there once', () => {
  const Texts = () => useToasts().map(({ id, text }) => <p key={id}>{text}</p>)
  render(<Texts />)
  act(() => {
    toast('Saved.')
    toast('Gone.')
    toast('Saved.')
  })
  expect(screen.getAllByText(/\./).map((element) => element.textContent)).toEqual(['Gone.', 'Saved.'])
})

test('a dismissed toast is gone', () => {
  let ids: number[] = []
  const Texts = () => {
    ids = useToasts().map(({ id }) => id)
    return null
  }
  render(<Texts />)
  act(() => ids.forEach(dismiss))
  expect(ids).toEqual([])
})
