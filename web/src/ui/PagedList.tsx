import type { ReactNode } from 'react'

import { useI18n } from '@/i18n'

import { Button } from './Button'
import { ErrorNote } from './ErrorNote'
import { Loading } from './Loading'
import { Skeleton } from './Skeleton'

interface PagedListProps<T> {
  /** Absent while the first page is on its way. */
  entries: readonly T[] | undefined
  error: unknown
  refetch: () => unknown
  hasNextPage: boolean
  isFetchingNextPage: boolean
  fetchNextPage: () => unknown
  keyOf: (entry: T) => string
  /** What is said when there are none. */
  empty: ReactNode
  children: (entry: T) => ReactNode
}

/** Entries below each other, page after page. */
export function PagedList<T>({ entries, error, keyOf, empty, children, ...pages }: PagedListProps<T>) {
  const { t } = useI18n()
  if (!entries) return error ? <ErrorNote error={error} onRetry={pages.refetch} /> : <LoadingList />
  if (entries.length === 0) return empty
  return (
    <>
      <ul className="divide-y divide-line">
        {entries.map((entry) => (
          <li key={keyOf(entry)} className="py-5">
            {children(entry)}
          </li>
        ))}
      </ul>
      <div className="mt-8 flex flex-col items-center gap-4">
        {error ? <ErrorNote error={error} onRetry={pages.refetch} /> : null}
        {pages.hasNextPage && (
          <Button isBusy={pages.isFetchingNextPage} onClick={() => void pages.fetchNextPage()}>
            {t('buy.more')}
          </Button>
        )}
      </div>
    </>
  )
}

function LoadingList() {
  return (
    <Loading className="space-y-5">
      {Array.from({ length: 4 }, (_, index) => (
        <Skeleton key={index} className="h-32 rounded-card" />
      ))}
    </Loading>
  )
}
