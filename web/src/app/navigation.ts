import type { LinkProps } from '@tanstack/react-router'

import type { Session } from '@/auth'
import type { PlainTextKey } from '@/i18n'

interface Entry {
  to: NonNullable<LinkProps['to']>
  label: PlainTextKey
  /** Who sees it; everybody when left out. */
  isFor?: (session: Session | undefined) => boolean
}

/** The places in the header, in order: one line for each that works. */
export const navigation: readonly Entry[] = [
  { to: '/', label: 'explore.title' },
  { to: '/upload', label: 'upload.title', isFor: (session) => session !== undefined },
  { to: '/studio', label: 'studio.title', isFor: (session) => session !== undefined },
  { to: '/ops', label: 'ops.title', isFor: (session) => session?.roles.includes('operator') ?? false },
]
