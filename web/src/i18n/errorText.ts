import { refusalOf } from '@/api/refusal'
import { IdentityError } from '@/auth/identity'

import type { PlainTextKey, Translate } from './dictionary'
import { en } from './en'

/** What went wrong, in words that help. */
export function errorText(t: Translate, error: unknown): string {
  const reason = error instanceof IdentityError ? error.code : refusalOf(error).reason
  // A newer server may know reasons that this app does not.
  const key = (Object.hasOwn(en.errors, reason) ? `errors.${reason}` : 'errors.INTERNAL') as PlainTextKey &
    `errors.${string}`
  return t(key)
}
