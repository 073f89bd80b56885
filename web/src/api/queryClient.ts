import { MutationCache, onlineManager, QueryClient } from '@tanstack/react-query'

import { passes, refusalOf } from './refusal'

const RETRIES = 3
const FRESH_MS = 15_000

declare module '@tanstack/react-query' {
  interface Register {
    mutationMeta: {
      /** Who asked tells the person what went wrong; nobody else needs to. */
      tellsErrors?: boolean
    }
  }
}

/** `onRefused` hears of every failed command and whether its form already tells about it. */
export function createQueryClient(onRefused: (error: Error, told: boolean) => void): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: { staleTime: FRESH_MS, retry, retryDelay },
      // A repeated command carries the same request id: it is carried out at most once. While the server cannot be
      // reached it fails at once, for people to know: one that waited would be carried out when nobody expects it.
      mutations: { retry: retryCommand, retryDelay, networkMode: 'always' },
    },
    mutationCache: new MutationCache({
      onError: (error, _input, _result, mutation) => onRefused(error, mutation.meta?.tellsErrors ?? false),
    }),
  })
}

export function retry(failures: number, error: Error): boolean {
  return failures < RETRIES && passes(refusalOf(error))
}

function retryCommand(failures: number, error: Error): boolean {
  return onlineManager.isOnline() && retry(failures, error)
}

/** As the server asks, or longer each time. */
export function retryDelay(failures: number, error: Error): number {
  return refusalOf(error).retryDelayMs ?? Math.min(500 * 2 ** failures, 8_000)
}
