import { useMutation } from '@tanstack/react-query'

import { useOnce } from '@/api/useOnce'
import { type Identity, useIdentity } from '@/auth'

/** Something that sign-in is asked for; a form says itself what went wrong. */
export function useIdentityAction<V>(action: (identity: Identity, values: V) => Promise<void>) {
  const identity = useIdentity()
  const mutation = useMutation({
    mutationFn: (values: V) => action(identity, values),
    retry: false,
    meta: { tellsErrors: true },
  })
  return { ...mutation, run: useOnce(mutation.mutateAsync) }
}
