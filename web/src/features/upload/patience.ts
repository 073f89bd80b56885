import { retry, retryDelay } from '@/api/queryClient'

/** Long enough to outlast a restart of the server. */
const WAITS_MS = [500, 1_000, 2_000, 4_000, 8_000, 8_000]

/** How long to wait after so many failures; undefined when waiting does not help, or has not. */
export function waitMs(failures: number, error: Error): number | undefined {
  const wait = WAITS_MS[failures]
  return wait === undefined || !retry(0, error) ? undefined : Math.max(wait, retryDelay(0, error))
}
