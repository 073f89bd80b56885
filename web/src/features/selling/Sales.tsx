import { useInfiniteQuery } from '@connectrpc/connect-query'
import { Link } from '@tanstack/react-router'
import { useId } from 'react'

import { Purchase } from '@/checkout/Purchases'
import { PAGED } from '@/gallery/pages'
import { type Sale as SaleMessage, SalesQueryService } from '@/gen/picasso/queries/v1/sales_pb'
import { Edition } from '@/gen/picasso/types/v1/types_pb'
import { useI18n } from '@/i18n'
import { buttonClass } from '@/ui/Button'
import { EmptyState } from '@/ui/EmptyState'
import { Money } from '@/ui/Money'
import { PagedList } from '@/ui/PagedList'
import { PersonLink } from '@/ui/PersonLink'
import { Time } from '@/ui/Time'

import { RefundButton } from './RefundButton'

/** Every sale, the latest first, also those that were taken back. */
export function Sales() {
  const { t } = useI18n()
  const { data, ...query } = useInfiniteQuery(SalesQueryService.method.listSales, { pageToken: '' }, PAGED)
  return (
    <PagedList
      {...query}
      entries={data?.pages.flatMap(({ sales }) => sales)}
      keyOf={({ purchaseId }) => purchaseId}
      empty={<EmptyState title={t('selling.noSales')} text={t('selling.noSalesText')} />}
    >
      {(sale) => <Sale sale={sale} />}
    </PagedList>
  )
}

function Sale({ sale }: { sale: SaleMessage }) {
  const { t } = useI18n()
  const titleId = useId()
  const { purchaseId, picture, buyer, price, edition, soldAt, revokedAt } = sale
  return (
    <Purchase picture={picture}>
      <div className="flex flex-wrap items-baseline justify-between gap-x-4">
        <h3 id={titleId} tabIndex={-1} className="min-w-0 text-lg font-semibold break-words">
          {picture?.title}
        </h3>
        <p className={`font-semibold ${revokedAt ? 'text-muted line-through' : ''}`}>
          <Money of={price} />
        </p>
      </div>
      <p className="text-sm text-muted">
        {t('selling.soldTo')} <PersonLink of={buyer} /> · <Time at={soldAt} />
        {edition === Edition.EXCLUSIVE && ` · ${t('upload.exclusive')}`}
      </p>
      <p className="text-sm font-medium">
        {revokedAt ? (
          <>
            {t('selling.takenBack')} · <Time at={revokedAt} />
          </>
        ) : (
          <span className="text-success">{t('selling.stands')}</span>
        )}
      </p>
      <div className="flex flex-wrap gap-2">
        <Link to="/orders/$purchaseId" params={{ purchaseId }} aria-describedby={titleId} className={buttonClass()}>
          {t('selling.toSale')}
        </Link>
        {!revokedAt && <RefundButton sale={sale} describedBy={titleId} />}
      </div>
    </Purchase>
  )
}
