import { IdentityError, type IdentityErrorCode } from '../identity'

/** Firebase's names, as far as a person can do something about them. */
const CODES: Readonly<Record<string, IdentityErrorCode>> = {
  EMAIL_EXISTS: 'EMAIL_EXISTS',
  INVALID_EMAIL: 'INVALID_EMAIL',
  WEAK_PASSWORD: 'WEAK_PASSWORD',
  PASSWORD_DOES_NOT_MEET_REQUIREMENTS: 'PASSWORD_TOO_LONG',
  INVALID_LOGIN_CREDENTIALS: 'WRONG_CREDENTIALS',
  USER_DISABLED: 'USER_DISABLED',
  TOO_MANY_ATTEMPTS_TRY_LATER: 'TOO_MANY_SIGN_INS',
  INVALID_OOB_CODE: 'RESET_CODE_INVALID',
  EXPIRED_OOB_CODE: 'RESET_CODE_INVALID',
}

/** A call of Firebase's REST API (https://firebase.google.com/docs/reference/rest/auth). */
export async function post<T>(url: string, body: Record<string, unknown>): Promise<T> {
  const response = await send(url, body)
  const answer = (await response.json().catch(() => ({}))) as T & { error?: { message?: string } }
  if (response.ok) return answer
  // Some have an explanation behind the name: "WEAK_PASSWORD : Password should be …".
  const name = answer.error?.message?.split(' ')[0] ?? ''
  throw new IdentityError(CODES[name] ?? 'IDENTITY_FAILED', { cause: { status: response.status, name } })
}

async function send(url: string, body: Record<string, unknown>): Promise<Response> {
  try {
    return await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
  } catch (cause) {
    throw new IdentityError('IDENTITY_UNREACHABLE', { cause })
  }
}

/** Whether a refresh token was refused for good, and not only unanswered. */
export function isFinal(error: unknown): boolean {
  const cause = error instanceof IdentityError ? error.cause : undefined
  const status = (cause as { status?: number } | undefined)?.status
  return status === 400 || status === 401 || status === 403
}
