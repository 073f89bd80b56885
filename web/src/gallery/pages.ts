import type { InfiniteData, QueryClient, QueryKey } from '@tanstack/react-query'

export const PAGE_SIZE = 30
const KEPT_MS = 30 * 60_000

/** Of methods whose pages have tokens; the last page has an empty one. */
export const PAGED = {
  pageParamKey: 'pageToken',
  getNextPageParam: ({ nextPageToken }: { nextPageToken: string }) => nextPageToken || undefined,
} as const

/** A list as one visit has it: it stays as it is under one's eyes, and as one left it for who comes back. */
export function ofVisit<L extends { queryKey: QueryKey }>(list: L, visit: string) {
  return {
    ...list,
    queryKey: [...list.queryKey, visit] as unknown as L['queryKey'],
    gcTime: KEPT_MS,
    refetchOnMount: false,
    refetchOnReconnect: false,
    refetchOnWindowFocus: false,
  } as const
}

type Pages<P> = InfiniteData<P, string | undefined>

/** What the page's last visit has of a list's beginning, to show until the answer is there. */
export function beginningOf<P>(queries: QueryClient, list: QueryKey): Pages<P> | undefined {
  const latest = queries
    .getQueryCache()
    .findAll({ queryKey: list, predicate: ({ state }) => state.data !== undefined })
    .sort((a, b) => a.state.dataUpdatedAt - b.state.dataUpdatedAt)
    .at(-1)
  const { pages, pageParams } = (latest?.state.data ?? { pages: [], pageParams: [] }) as Pages<P>
  return pages.length > 0 ? { pages: pages.slice(0, 1), pageParams: pageParams.slice(0, 1) } : undefined
}
