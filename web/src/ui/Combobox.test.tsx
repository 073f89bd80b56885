import { render, screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { useState } from 'react'
import { expect, test, vi } from 'vitest'

import { Combobox } from './Combobox'

function setUp() {
  const onSubmit = vi.fn()
  const onChoose = vi.fn()
  function Page() {
    const [value, setValue] = useState('')
    const options = ['sea', 'sand'].map((key) => ({ key, content: key, onChoose: () => void onChoose(key) }))
    return <Combobox label="Search" value={value} onChange={setValue} onSubmit={onSubmit} options={options} />
  }
  render(<Page />)
  const input = screen.getByRole<HTMLInputElement>('combobox', { name: 'Search' })
  const active = () => document.getElementById(input.getAttribute('aria-activedescendant') ?? '')?.textContent
  return { user: userEvent.setup(), input, active, onSubmit, onChoose }
}

test('the arrow keys go through the proposals and back to the input, and Enter takes one', async () => {
  const { user, input, active, onChoose, onSubmit } = setUp()
  await user.type(input, 's')
  expect(input.getAttribute('aria-expanded')).toBe('true')
  const seen = []
  for (const key of ['ArrowDown', 'ArrowDown', 'ArrowDown', 'ArrowUp']) {
    await user.keyboard(`{${key}}`)
    seen.push(active())
  }
  expect(seen).toEqual(['sea', 'sand', undefined, 'sand'])
  await user.keyboard('{Enter}')
  expect(onChoose.mock.calls).toEqual([['sand']])
  expect(onSubmit).not.toHaveBeenCalled()
  expect(input.getAttribute('aria-expanded')).toBe('false')
})

test('Enter with no proposal chosen sends what was typed', async () => {
  const { user, input, onChoose, onSubmit } = setUp()
  await user.type(input, 's{Enter}')
  expect(onSubmit).toHaveBeenCalledTimes(1)
  expect(onChoose).not.toHaveBeenCalled()
})

test('Escape closes the proposals, and only then empties the input', async () => {
  const { user, input } = setUp()
  await user.type(input, 's{Escape}')
  expect([input.getAttribute('aria-expanded'), input.value]).toEqual(['false', 's'])
  await user.keyboard('{Escape}')
  expect(input.value).toBe('')
})

test('a click takes a proposal, and the focus stays in the input', async () => {
  const { user, input, onChoose } = setUp()
  await user.type(input, 's')
  await user.click(screen.getByRole('option', { name: 'sea' }))
  expect(onChoose.mock.calls).toEqual([['sea']])
  expect(document.activeElement).toBe(input)
})
