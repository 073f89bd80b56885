import { useEffect } from 'react'

import { refusalOf } from '@/api/refusal'
import { errorText, useI18n } from '@/i18n'
import { toast } from '@/ui/toasts'

import type { Refused } from './refused'
import type { AppRouter } from './router'

const ENTRANCES: Readonly<Record<string, '/sign-in' | '/register'>> = {
  TOKEN_MISSING: '/sign-in',
  TOKEN_MALFORMED: '/sign-in',
  TOKEN_FORGED: '/sign-in',
  TOKEN_EXPIRED: '/sign-in',
  TOKEN_WRONG_AUDIENCE: '/sign-in',
  NOT_REGISTERED: '/register',
}

/** Leads who may not do something yet to where they can, and says everything else that no form says itself. */
export function RefusalHandler({ refused, router }: { refused: Refused; router: AppRouter }) {
  const { t } = useI18n()
  useEffect(
    () =>
      refused.listen((error, told) => {
        const { reason } = refusalOf(error)
        const { href, pathname } = router.latestLocation
        const to = ENTRANCES[reason]
        // The form that told it is gone, and who had signed in wonders why they have to again.
        if ((!to && !told) || reason === 'TOKEN_EXPIRED') toast(errorText(t, error), 'error')
        // The page's guard may have led there already.
        if (to && to !== pathname) void router.navigate({ to, search: { next: href } })
      }),
    [refused, router, t],
  )
  return null
}
