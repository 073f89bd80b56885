import { Link } from '@tanstack/react-router'
import type { ComponentProps, ReactNode } from 'react'

import type { Picture as PictureMessage } from '@/gen/picasso/queries/v1/picture_pb'
import { useI18n } from '@/i18n'
import { buttonClass } from '@/ui/Button'
import { EmptyState } from '@/ui/EmptyState'
import { PagedList } from '@/ui/PagedList'
import { Picture } from '@/ui/Picture'

type PurchasesProps<T> = Omit<ComponentProps<typeof PagedList<T>>, 'empty'> & { empty: string }

/** A list of purchases, page after page. */
export function Purchases<T>({ empty, ...list }: PurchasesProps<T>) {
  const { t } = useI18n()
  const none = (
    <EmptyState title={empty} text={t('buy.emptyText')}>
      <Link to="/" className={buttonClass('primary')}>
        {t('common.toExplore')}
      </Link>
    </EmptyState>
  )
  return <PagedList {...list} empty={none} />
}

/** One purchase: its picture beside what is said of it. */
export function Purchase({ picture, children }: { picture: PictureMessage | undefined; children: ReactNode }) {
  return (
    <article className="flex items-start gap-4">
      <div className="w-24 shrink-0 sm:w-40">
        {picture && <Picture of={picture} sizes="10rem" className="rounded-lg" />}
      </div>
      <div className="min-w-0 grow space-y-2">{children}</div>
    </article>
  )
}
