import { render, screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { expect, test, vi } from 'vitest'

import { Field } from './Field'
import { useForm, wrong } from './useForm'

interface Values extends Record<string, string> {
  name: string
  town: string
}

function Form({ submit, refused }: { submit: (values: Values) => unknown; refused?: { town: string } }) {
  const { errors, formProps } = useForm<Values>({
    validate: ({ name }) => (name ? {} : { name: 'No name.' }),
    submit,
    refused,
  })
  return (
    <form {...formProps}>
      <Field label="Name" name="name" error={errors.name} hint="As on the door." />
      <Field label="Town" name="town" error={errors.town} />
      <button type="submit">Send</button>
    </form>
  )
}

test('what is wrong is said at its field, which has the focus; nothing is sent', async () => {
  const submit = vi.fn()
  render(<Form submit={submit} />)
  await userEvent.click(screen.getByRole('button'))
  const name = screen.getByRole('textbox', { name: 'Name', description: 'No name. As on the door.' })
  expect(document.activeElement).toBe(name)
  expect(name.getAttribute('aria-invalid')).toBe('true')
  expect(submit).not.toHaveBeenCalled()
  await userEvent.type(name, 'Ann')
  await userEvent.click(screen.getByRole('button'))
  expect(submit).toHaveBeenCalledWith({ name: 'Ann', town: '' })
  expect(name.getAttribute('aria-invalid')).toBeNull()
})

test('what the server refuses has the focus too', () => {
  const { rerender } = render(<Form submit={vi.fn()} />)
  rerender(<Form submit={vi.fn()} refused={{ town: 'Not that one.' }} />)
  expect(document.activeElement).toBe(screen.getByRole('textbox', { name: 'Town', description: 'Not that one.' }))
})

test('only what is wrong is left', () => {
  expect(wrong({ handle: undefined, bio: 'too long' })).toEqual({ bio: 'too long' })
})

/** A page that is left and come back to, by the same person or another. */
function visit(draft: string, submit: (values: Values) => unknown = vi.fn()) {
  function Drafted() {
    const { formProps } = useForm<Values>({ validate: () => ({}), submit, draft })
    return (
      <form {...formProps}>
        <Field label="Name" name="name" defaultValue="Ann" />
        <Field label="Secret" name="secret" type="password" />
        <Field label="Shown" name="shown" type="text" autoComplete="current-password" />
        <button type="submit">Send</button>
      </form>
    )
  }
  const { unmount } = render(<Drafted />)
  const secrets = [screen.getByLabelText('Secret'), screen.getByLabelText('Shown')]
  return { unmount, name: screen.getByLabelText<HTMLInputElement>('Name'), secrets }
}

test('what was typed is there again for the same person, but no password', async () => {
  const first = visit('profile.ann')
  await userEvent.type(first.name, ' Lee')
  for (const secret of first.secrets) await userEvent.type(secret, 'correct horse')
  first.unmount()
  const again = visit('profile.ann')
  expect(again.name.value).toBe('Ann Lee')
  expect(sessionStorage.getItem('picasso.draft.profile.ann')).not.toContain('horse')
  again.unmount()
  expect(visit('profile.bob').name.value).toBe('Ann')
})

test.each([
  ['what was done is forgotten', true, 'Ann'],
  ['what was not done is kept', false, 'Ann Lee'],
])('%s', async (_rule, isDone, later) => {
  const { name, unmount } = visit('profile.ann', () => Promise.resolve(isDone))
  await userEvent.type(name, ' Lee')
  await userEvent.click(screen.getByRole('button'))
  unmount()
  expect(visit('profile.ann').name.value).toBe(later)
})
