import { useInfiniteQuery } from '@connectrpc/connect-query'
import { Link } from '@tanstack/react-router'
import { useId } from 'react'

import { DownloadButton } from '@/checkout/DownloadButton'
import { Purchase, Purchases } from '@/checkout/Purchases'
import { type LibraryEntry, LibraryQueryService } from '@/gen/picasso/queries/v1/library_pb'
import { Licence } from '@/gen/picasso/types/v1/types_pb'
import { useI18n } from '@/i18n'
import { Money } from '@/ui/Money'
import { Page } from '@/ui/Page'
import { Time } from '@/ui/Time'

/** What one has bought, to download. */
export function LibraryPage() {
  const { t } = useI18n()
  const { data, ...query } = useInfiniteQuery(
    LibraryQueryService.method.listLibrary,
    { pageToken: '' },
    { pageParamKey: 'pageToken', getNextPageParam: ({ nextPageToken }) => nextPageToken || undefined },
  )
  return (
    <Page title={t('buy.libraryTitle')}>
      <Purchases
        {...query}
        entries={data?.pages.flatMap(({ entries }) => entries)}
        keyOf={({ purchaseId }) => purchaseId}
        empty={t('buy.libraryEmpty')}
      >
        {(entry) => <Entry entry={entry} />}
      </Purchases>
    </Page>
  )
}

function Entry({ entry: { pictureId, purchaseId, picture, price, licence, boughtAt } }: { entry: LibraryEntry }) {
  const { t } = useI18n()
  const titleId = useId()
  return (
    <Purchase picture={picture}>
      <h2 id={titleId} className="truncate text-lg font-semibold">
        {picture?.title}
      </h2>
      <p className="text-sm text-muted">
        <Money of={price} /> · <Time at={boughtAt} as="date" /> ·{' '}
        <Link to="/orders/$purchaseId/receipt" params={{ purchaseId }} className="underline">
          {t('buy.receipt')}
        </Link>
      </p>
      <p className="text-sm text-muted">{t(licence === Licence.COMMERCIAL ? 'buy.commercial' : 'buy.personal')}</p>
      <DownloadButton pictureId={pictureId} describedBy={titleId} />
    </Purchase>
  )
}
