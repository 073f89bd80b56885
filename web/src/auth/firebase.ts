import { FirebaseError, initializeApp } from 'firebase/app'
import {
  type Auth,
  browserLocalPersistence,
  confirmPasswordReset,
  connectAuthEmulator,
  createUserWithEmailAndPassword,
  indexedDBLocalPersistence,
  initializeAuth,
  onIdTokenChanged,
  sendPasswordResetEmail,
  signInWithEmailAndPassword,
  signOut,
  type User,
} from 'firebase/auth'

import type { FirebaseConfig } from '@/config'

import { type Identity, IdentityError, type IdentityErrorCode, type Session } from './identity'

const CODES: Readonly<Record<string, IdentityErrorCode>> = {
  'auth/email-already-in-use': 'EMAIL_EXISTS',
  'auth/invalid-email': 'INVALID_EMAIL',
  'auth/weak-password': 'WEAK_PASSWORD',
  'auth/password-does-not-meet-requirements': 'WEAK_PASSWORD',
  'auth/invalid-credential': 'WRONG_CREDENTIALS',
  'auth/wrong-password': 'WRONG_CREDENTIALS',
  'auth/user-not-found': 'WRONG_CREDENTIALS',
  'auth/user-disabled': 'USER_DISABLED',
  'auth/too-many-requests': 'TOO_MANY_SIGN_INS',
  'auth/invalid-action-code': 'RESET_CODE_INVALID',
  'auth/expired-action-code': 'RESET_CODE_INVALID',
  'auth/network-request-failed': 'IDENTITY_UNREACHABLE',
}

/** Sign-in by Firebase's own library, which renews tokens and shares the session among tabs by itself. */
export async function createFirebaseIdentity(config: FirebaseConfig): Promise<Identity> {
  const auth = open(config)
  await auth.authStateReady()
  let session = await sessionOf(auth.currentUser)
  const listeners = new Set<() => void>()
  onIdTokenChanged(auth, (user) => {
    sessionOf(user).then(become, reportError)
  })

  function become(now: Session | undefined) {
    if (JSON.stringify(now) === JSON.stringify(session)) return
    session = now
    listeners.forEach((listener) => listener())
  }

  /** Firebase tells of a new session after the call that began it; who called goes on only when all know. */
  async function settle(entering: Promise<{ user: User }>) {
    const { user } = await named(entering)
    become(await sessionOf(user))
  }

  return {
    session: () => session,
    subscribe: (listener) => {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    token: async (options) => {
      try {
        return await auth.currentUser?.getIdToken(options?.renew ?? false)
      } catch (cause) {
        // Firebase has signed the person out by then if the session was ended elsewhere.
        if (!auth.currentUser) return undefined
        throw new IdentityError('IDENTITY_UNREACHABLE', { cause })
      }
    },
    signUp: (email, password) => settle(createUserWithEmailAndPassword(auth, email, password)),
    signIn: (email, password) => settle(signInWithEmailAndPassword(auth, email, password)),
    signOut: () => named(signOut(auth)),
    sendPasswordReset: (email) =>
      named(sendPasswordResetEmail(auth, email)).catch((error: unknown) => {
        // Who asks does not learn whether there is such a person.
        if (!(error instanceof IdentityError && error.code === 'WRONG_CREDENTIALS')) throw error
      }),
    resetPassword: (code, password) => named(confirmPasswordReset(auth, code, password)),
  }
}

/** Without Firebase's windows for other providers: they would need scripts of another host. */
function open({ emulatorUrl, apiKey, projectId, authDomain }: FirebaseConfig): Auth {
  const app = initializeApp({ apiKey, projectId, authDomain })
  const auth = initializeAuth(app, { persistence: [indexedDBLocalPersistence, browserLocalPersistence] })
  if (emulatorUrl) connectAuthEmulator(auth, emulatorUrl, { disableWarnings: true })
  return auth
}

async function sessionOf(user: User | null): Promise<Session | undefined> {
  if (!user) return undefined
  const { roles } = (await user.getIdTokenResult()).claims
  return { userId: user.uid, email: user.email ?? '', roles: Array.isArray(roles) ? (roles as string[]) : [] }
}

async function named<T>(call: Promise<T>): Promise<T> {
  try {
    return await call
  } catch (cause) {
    const code = cause instanceof FirebaseError ? CODES[cause.code] : undefined
    throw new IdentityError(code ?? 'IDENTITY_FAILED', { cause })
  }
}
