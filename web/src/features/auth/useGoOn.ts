import { useRouter } from '@tanstack/react-router'

/** Goes where one was before signing in; going back does not show the form again. */
export function useGoOn() {
  const router = useRouter()
  return (next: string | undefined) => router.history.replace(next ?? '/')
}
