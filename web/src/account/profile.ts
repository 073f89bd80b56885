import type { Translate } from '@/i18n'

const HANDLE = /^[a-z][a-z0-9_]{2,29}$/i

/** The server's rules of a profile, said before one has to ask it. It decides in the end. */
export function profileRules(t: Translate) {
  return {
    handle: (handle: string) => (HANDLE.test(handle.trim()) ? undefined : t('auth.handleInvalid')),
    displayName: (name: string) => {
      if (name.trim() === '') return t('auth.required')
      return characters(name.trim()) > 60 ? t('auth.nameTooLong') : undefined
    },
    bio: (bio: string) => (characters(bio.trim()) > 500 ? t('auth.bioTooLong') : undefined),
  }
}

/** As the server counts them: code points. */
function characters(text: string): number {
  return Array.from(text).length
}
