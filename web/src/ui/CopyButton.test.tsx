import { screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { expect, test, vi } from 'vitest'

import { show } from '@/test/show'

import { CopyButton } from './CopyButton'

test('what the browser does not let us copy is said', async () => {
  const user = userEvent.setup()
  const writeText = vi.spyOn(navigator.clipboard, 'writeText').mockRejectedValueOnce(new Error('not allowed'))
  show(<CopyButton text="0199" />, () => undefined)
  await user.click(screen.getByRole('button', { name: 'Copy' }))
  expect(await screen.findByText(/Select the text/)).toBe(screen.getByRole('status'))
  await user.click(screen.getByRole('button', { name: 'Copy' }))
  expect(await screen.findByText('Copied.')).toBe(screen.getByRole('status'))
  expect(writeText).toHaveBeenLastCalledWith('0199')
})
