import { afterEach, beforeEach, expect, test, vi } from 'vitest'

import { createSandboxIdentity } from '.'

const NOW = Date.parse('2026-01-01T00:00:00Z')
const URL = 'http://sandbox/identity'
const CREDENTIALS = ['ann@example.org', 'correct horse'] as const

/** An unsigned token: only its claims are looked at here. */
const token = (claims: object) => `e30.${btoa(JSON.stringify(claims))}.`
const FIRST = token({ roles: ['operator'] })
const SECOND = token({ roles: ['operator'], iat: 2 })
const SIGNED_IN = { localId: 'u1', email: 'ann@example.org', idToken: FIRST, refreshToken: 'r1', expiresIn: '3600' }
const RENEWED = { id_token: SECOND, refresh_token: 'r2', expires_in: '3600' }

type Answer = () => Response
const answers: Record<string, Answer> = {}
const calls: string[] = []

beforeEach(() => {
  vi.useFakeTimers({ now: NOW, toFake: ['Date'] })
  calls.length = 0
  answers['accounts:signInWithPassword'] = () => Response.json(SIGNED_IN)
  answers.token = () => Response.json(RENEWED)
  vi.stubGlobal('fetch', (url: string) => {
    const method = url.replace(`${URL}/v1/`, '')
    calls.push(method)
    return Promise.resolve().then(() => answers[method]?.())
  })
  vi.stubGlobal('navigator', { locks: locks() })
})

afterEach(() => {
  vi.unstubAllGlobals()
  vi.useRealTimers()
})

/** One after another, as the browser's. */
function locks() {
  let last: Promise<unknown> = Promise.resolve()
  return { request: (_name: string, work: () => Promise<unknown>) => (last = last.then(work, work)) }
}

const refused = (name: string) => () => Response.json({ error: { message: name } }, { status: 400 })

async function signedIn() {
  const identity = createSandboxIdentity(URL)
  await identity.signIn(...CREDENTIALS)
  return identity
}

test('who signs in has a session, also after a reload', async () => {
  const session = { userId: 'u1', email: 'ann@example.org', roles: ['operator'] }
  expect((await signedIn()).session()).toEqual(session)
  const reloaded = createSandboxIdentity(URL)
  expect(reloaded.session()).toEqual(session)
  expect(await reloaded.token()).toBe(FIRST)
})

test('a wrong password is named, and nobody is signed in', async () => {
  answers['accounts:signInWithPassword'] = refused('INVALID_LOGIN_CREDENTIALS')
  const identity = createSandboxIdentity(URL)
  await expect(identity.signIn(...CREDENTIALS)).rejects.toMatchObject({ code: 'WRONG_CREDENTIALS' })
  expect(identity.session()).toBeUndefined()
})

test('a token is renewed before it expires, once for all who wait', async () => {
  const identity = await signedIn()
  vi.setSystemTime(NOW + 56 * 60_000)
  expect(await Promise.all([identity.token(), identity.token()])).toEqual([SECOND, SECOND])
  expect(calls.filter((method) => method === 'token')).toHaveLength(1)
})

test('renewing a token is no change of who is signed in', async () => {
  const identity = await signedIn()
  const listener = vi.fn()
  identity.subscribe(listener)
  expect(await identity.token({ renew: true })).toBe(SECOND)
  expect(listener).not.toHaveBeenCalled()
})

test('a refused refresh token ends the session', async () => {
  const identity = await signedIn()
  const listener = vi.fn()
  identity.subscribe(listener)
  answers.token = refused('INVALID_REFRESH_TOKEN')
  expect(await identity.token({ renew: true })).toBeUndefined()
  expect(identity.session()).toBeUndefined()
  expect(listener).toHaveBeenCalledOnce()
})

test('a sandbox that is off ends no session: the old token is used while it is good', async () => {
  const identity = await signedIn()
  answers.token = () => {
    throw new TypeError('Failed to fetch')
  }
  vi.setSystemTime(NOW + 56 * 60_000)
  expect(await identity.token()).toBe(FIRST)
  vi.setSystemTime(NOW + 61 * 60_000)
  await expect(identity.token()).rejects.toMatchObject({ code: 'IDENTITY_UNREACHABLE' })
  expect(identity.session()?.userId).toBe('u1')
})

test('signing out in another tab signs out here', async () => {
  const identity = await signedIn()
  const listener = vi.fn()
  identity.subscribe(listener)
  localStorage.removeItem('picasso.session')
  dispatchEvent(Object.assign(new Event('storage'), { key: 'picasso.session' }))
  expect(identity.session()).toBeUndefined()
  expect(listener).toHaveBeenCalledOnce()
})
