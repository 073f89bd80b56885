import type { Query, QueryClient } from '@tanstack/react-query'

/**
 * After something has been done nothing that was asked before is up to date; queries on the page are asked again, all
 * when nothing tells which. What is under way may be answered with how it was: that is not waited for, not even when it
 * is the first answer. Who waits for it gets the new one. Settled when all have been answered.
 */
export function askAgain(queries: QueryClient, which?: (query: Query) => boolean): Promise<void> {
  const shown = { type: 'active', predicate: which } as const
  void queries.invalidateQueries({ refetchType: 'none' })
  // By itself asking again is content with a first answer under way.
  void queries.cancelQueries(shown, { silent: true, revert: false })
  return queries.refetchQueries(shown)
}
