import { useEffect, useEffectEvent } from 'react'

import { useIdentity } from '@/auth'
import { forgetDraft } from '@/ui/draft'

import { ADDRESS_DRAFT } from './rules'
import { useGoOn } from './useGoOn'

/** Goes on as soon as one has signed in in another tab. Who signs in by this page's own form is led on by that. */
export function useSignedInElsewhere(next: string | undefined, isBusy: boolean) {
  const identity = useIdentity()
  const goOn = useGoOn()
  const onChange = useEffectEvent(() => {
    if (isBusy || !identity.session()) return
    forgetDraft(ADDRESS_DRAFT)
    goOn(next)
  })
  useEffect(() => identity.subscribe(() => onChange()), [identity])
}
