import { type ReactNode, useCallback } from 'react'

import type { ViewedPicture } from '@/gen/picasso/queries/v1/gallery_pb'
import { useI18n } from '@/i18n'
import { ErrorNote } from '@/ui/ErrorNote'
import { Spinner } from '@/ui/Spinner'

import { Wall } from './Wall'
import { WallSkeleton } from './WallSkeleton'

interface PictureListProps {
  label: string
  /** Absent while the first page is on its way. */
  pictures: readonly ViewedPicture[] | undefined
  error: unknown
  refetch: () => unknown
  hasNextPage: boolean
  isFetchingNextPage: boolean
  fetchNextPage: () => unknown
  /** What is shown is another list's, until this one's is there: to be looked at, not to be acted on. */
  isPlaceholderData: boolean
  /** What is said when there are none. */
  empty: ReactNode
}

/** Pictures without end: the next page is asked for before one gets there. */
export function PictureList({ label, pictures, error, empty, ...pages }: PictureListProps) {
  const { t } = useI18n()
  const { hasNextPage, isFetchingNextPage, fetchNextPage, isPlaceholderData, refetch } = pages
  const readOn = useCallback(() => void fetchNextPage(), [fetchNextPage])
  if (!pictures || (pictures.length === 0 && isPlaceholderData)) {
    return error ? <ErrorNote error={error} onRetry={refetch} /> : <WallSkeleton />
  }
  if (pictures.length === 0 && !hasNextPage) return empty
  return (
    <div
      inert={isPlaceholderData}
      aria-busy={isPlaceholderData}
      className={isPlaceholderData ? 'opacity-60 transition-opacity' : ''}
    >
      <Wall
        label={label}
        pictures={pictures}
        hasMore={hasNextPage}
        onNearEnd={error || isFetchingNextPage ? undefined : readOn}
      />
      <div className="mt-10 flex min-h-11 justify-center">
        {error ? (
          <ErrorNote error={error} onRetry={hasNextPage ? fetchNextPage : refetch} />
        ) : (
          hasNextPage && <Spinner label={t('common.loading')} />
        )}
      </div>
    </div>
  )
}
