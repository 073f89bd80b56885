// @vitest-environment happy-dom
// @vitest-environment-options { "settings": { "fetch": { "disableSameOriginPolicy": true } } }
// The adapter against Firebase's own emulator: `scripts/servers up firebase && source <(scripts/servers env)` first.
import '@/test/setup'

import { deleteApp, getApps } from 'firebase/app'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'

import { createFirebaseIdentity } from '@/auth/firebase'
import type { Identity } from '@/auth/identity'

const emulatorUrl = process.env.PICASSO_TEST_FIREBASE_AUTH_URL ?? missing()
/** The project that `scripts/servers` starts the emulator with. */
const projectId = 'demo-picasso'
const PASSWORD = 'correct horse'

function missing(): never {
  throw new Error(
    'PICASSO_TEST_FIREBASE_AUTH_URL is not set: `scripts/servers up firebase && source <(scripts/servers env)`',
  )
}

/** As the project's owner. */
async function asOwner<T>(path: string, init: RequestInit = {}): Promise<T> {
  const headers = { authorization: 'Bearer owner', 'content-type': 'application/json' }
  const response = await fetch(`${emulatorUrl}${path}`, { ...init, headers })
  expect(response.ok).toBe(true)
  return (await response.json()) as T
}

interface Letter {
  email: string
  oobCode: string
  requestType: string
}

async function resetCode(email: string) {
  const { oobCodes } = await asOwner<{ oobCodes: Letter[] }>(`/emulator/v1/projects/${projectId}/oobCodes`)
  const letters = oobCodes.filter((letter) => letter.email === email && letter.requestType === 'PASSWORD_RESET')
  return letters.at(-1)?.oobCode
}

const changeAccount = (change: { localId: string; disableUser?: boolean; customAttributes?: string }) =>
  asOwner(`/identitytoolkit.googleapis.com/v1/projects/${projectId}/accounts:update`, {
    method: 'POST',
    body: JSON.stringify(change),
  })

describe('Firebase', () => {
  let identity: Identity
  let email: string
  const userId = () => identity.session()?.userId ?? ''

  beforeEach(async () => {
    email = `${crypto.randomUUID()}@example.org`
    identity = await createFirebaseIdentity({
      kind: 'firebase',
      apiKey: 'any',
      projectId,
      authDomain: '',
      emulatorUrl,
    })
  })
  afterEach(async () => {
    await Promise.all(getApps().map(deleteApp))
  })

  test('who signs up is signed in, and everybody hears of it before the call ends', async () => {
    const heard = vi.fn()
    identity.subscribe(heard)
    expect(identity.session()).toBeUndefined()
    expect(await identity.token()).toBeUndefined()
    await identity.signUp(email, PASSWORD)
    expect(heard).toHaveBeenCalledOnce()
    expect(identity.session()).toMatchObject({ email, roles: [] })
    expect(await identity.token()).toMatch(/^[\w-]+\.[\w-]+\./)
  })

  test('who signs out is gone, and can sign in again', async () => {
    await identity.signUp(email, PASSWORD)
    const id = userId()
    await identity.signOut()
    await vi.waitFor(() => expect(identity.session()).toBeUndefined())
    expect(await identity.token()).toBeUndefined()
    await identity.signIn(email, PASSWORD)
    expect(userId()).toBe(id)
  })

  test('a renewed token is another, with the roles that were given since', async () => {
    await identity.signUp(email, PASSWORD)
    const former = await identity.token()
    expect(await identity.token()).toBe(former)
    await changeAccount({ localId: userId(), customAttributes: JSON.stringify({ roles: ['operator'] }) })
    expect(await identity.token({ renew: true })).not.toBe(former)
    await vi.waitFor(() => expect(identity.session()?.roles).toEqual(['operator']))
  })

  test('a session that was ended elsewhere ends here when its token is renewed', async () => {
    await identity.signUp(email, PASSWORD)
    await changeAccount({ localId: userId(), disableUser: true })
    expect(await identity.token({ renew: true })).toBeUndefined()
    await vi.waitFor(() => expect(identity.session()).toBeUndefined())
  })

  test('a forgotten password is replaced by the link in the letter, once', async () => {
    await identity.signUp(email, PASSWORD)
    await identity.signOut()
    await identity.sendPasswordReset(email)
    const code = (await resetCode(email)) ?? ''
    await identity.resetPassword(code, 'another horse')
    await expect(identity.signIn(email, PASSWORD)).rejects.toMatchObject({ code: 'WRONG_CREDENTIALS' })
    await identity.signIn(email, 'another horse')
    expect(identity.session()?.email).toBe(email)
    await expect(identity.resetPassword(code, 'a third horse')).rejects.toMatchObject({
      code: 'RESET_CODE_INVALID',
    })
  })

  test('nobody learns whether there is somebody by asking for a letter', async () => {
    await identity.sendPasswordReset(email)
    expect(await resetCode(email)).toBeUndefined()
  })

  test('what goes wrong has our names', async () => {
    await identity.signUp(email, PASSWORD)
    await expect(identity.signUp(email, PASSWORD)).rejects.toMatchObject({ code: 'EMAIL_EXISTS' })
    await expect(identity.signIn(email, 'wrong horse')).rejects.toMatchObject({ code: 'WRONG_CREDENTIALS' })
    await expect(identity.signIn('nobody', PASSWORD)).rejects.toMatchObject({ code: 'INVALID_EMAIL' })
    await expect(identity.signUp(`2${email}`, 'short')).rejects.toMatchObject({ code: 'WEAK_PASSWORD' })
    await changeAccount({ localId: userId(), disableUser: true })
    await expect(identity.signIn(email, PASSWORD)).rejects.toMatchObject({ code: 'USER_DISABLED' })
  })
})
