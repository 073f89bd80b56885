import type { Translate } from '@/i18n'

const EMAIL = /^[^\s@]+@[^\s@]+$/
const MIN_PASSWORD = 8

/** Under which name the e-mail address is kept on the way through sign-in, sign-up and a forgotten password. */
export const ADDRESS_DRAFT = 'sign-in'

export interface Credentials extends Record<string, string> {
  email: string
  password: string
}

/** Sign-in's rules, said before one has to ask it. It decides in the end. */
export function rules(t: Translate) {
  return {
    email: (email: string) => {
      if (email.trim() === '') return t('auth.required')
      return EMAIL.test(email.trim()) ? undefined : t('errors.INVALID_EMAIL')
    },
    /** Of an existing password nothing is known. */
    password: (password: string) => (password === '' ? t('auth.required') : undefined),
    newPassword: (password: string) => (password.length < MIN_PASSWORD ? t('errors.WEAK_PASSWORD') : undefined),
  }
}
