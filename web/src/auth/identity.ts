/** Somebody who is signed in, with or without an account of the marketplace. */
export interface Session {
  userId: string
  email: string
  /** For example `operator` or `analyst`; the server decides, this only shapes the navigation. */
  roles: readonly string[]
}

/** Who signs people in. Two adapters: the sandbox of development, and Firebase. */
export interface Identity {
  /** The same object until something changes. */
  session: () => Session | undefined
  /** Calls back after every change, also of another tab. */
  subscribe: (listener: () => void) => () => void
  /** A token good for some minutes at least; undefined when nobody is signed in (any more). */
  token: (options?: { renew: boolean }) => Promise<string | undefined>
  signUp(email: string, password: string): Promise<void>
  signIn(email: string, password: string): Promise<void>
  signOut(): Promise<void>
  /** Sends a letter with a link to `/reset-password`, if there is such a person; it does not say whether. */
  sendPasswordReset(email: string): Promise<void>
  resetPassword(code: string, password: string): Promise<void>
}

export type IdentityErrorCode =
  | 'EMAIL_EXISTS'
  | 'INVALID_EMAIL'
  | 'WEAK_PASSWORD'
  | 'PASSWORD_TOO_LONG'
  | 'WRONG_CREDENTIALS'
  | 'USER_DISABLED'
  | 'TOO_MANY_SIGN_INS'
  | 'RESET_CODE_INVALID'
  | 'IDENTITY_UNREACHABLE'
  | 'IDENTITY_FAILED'

export class IdentityError extends Error {
  constructor(
    readonly code: IdentityErrorCode,
    options?: ErrorOptions,
  ) {
    super(code, options)
    this.name = 'IdentityError'
  }
}

/** Unchecked: what a token says of its owner, for showing only. */
export function claimsOf(token: string): { roles?: readonly string[] } {
  const payload = token.split('.')[1] ?? ''
  const bytes = Uint8Array.from(atob(payload.replaceAll('-', '+').replaceAll('_', '/')), (char) =>
    char.charCodeAt(0),
  )
  return JSON.parse(new TextDecoder().decode(bytes)) as { roles?: readonly string[] }
}
