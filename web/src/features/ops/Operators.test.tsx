import { screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { expect, test, vi } from 'vitest'

import { type Identity, IdentityContext, type Session } from '@/auth'

import { Operators } from './Operators'
import { show } from '@/test/show'

const ANN: Session = { userId: 'u1', email: 'ann@example.org', roles: ['analyst'] }

test('who is no operator is told so, and can look again once the role is given', async () => {
  const token = vi.fn(() => Promise.resolve('new'))
  const identity = { session: () => ANN, subscribe: () => () => undefined, token } as unknown as Identity
  show(
    <IdentityContext value={identity}>
      <Operators />
    </IdentityContext>,
    () => undefined,
  )
  screen.getByRole('heading', { name: 'For operators only' })
  expect(screen.queryByRole('navigation')).toBeNull()
  await userEvent.click(screen.getByRole('button', { name: 'Look again' }))
  expect(token).toHaveBeenCalledWith({ renew: true })
  await screen.findByText('You still are none.')
})
