import type { ReactNode } from 'react'

import { useI18n } from '@/i18n'

import { Skeleton } from './Skeleton'

/** Stands where something is being loaded; said once, for all its skeletons. */
export function Loading({ className, children }: { className?: string; children: ReactNode }) {
  const { t } = useI18n()
  return (
    <div role="status" className={className}>
      <span className="sr-only">{t('common.loading')}</span>
      {children}
    </div>
  )
}

/** The place of a large picture and of what is beside it, in the page's own columns. */
export function LoadingPicture({ columns, children }: { columns: string; children: ReactNode }) {
  return (
    <Loading className={columns}>
      <Skeleton className="aspect-3/2 rounded-card" />
      <div className="space-y-5">{children}</div>
    </Loading>
  )
}

/** The place of one thing, as high as that. */
export function LoadingBox({ className }: { className: string }) {
  return (
    <Loading>
      <Skeleton className={`rounded-card ${className}`} />
    </Loading>
  )
}
