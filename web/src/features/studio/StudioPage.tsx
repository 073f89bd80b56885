import { useInfiniteQuery } from '@connectrpc/connect-query'
import { Link } from '@tanstack/react-router'

import { PAGED } from '@/gallery/pages'
import { GalleryQueryService } from '@/gen/picasso/queries/v1/gallery_pb'
import { useI18n } from '@/i18n'
import { buttonClass } from '@/ui/Button'
import { EmptyState } from '@/ui/EmptyState'
import { Page } from '@/ui/Page'
import { PagedList } from '@/ui/PagedList'

import { OwnPicture } from './OwnPicture'

/** One's own pictures at every stage, the latest upload first. */
export function StudioPage() {
  const { t } = useI18n()
  const { data, ...query } = useInfiniteQuery(GalleryQueryService.method.listMyPictures, { pageToken: '' }, PAGED)
  const pictures = data?.pages.flatMap(({ pictures }) => pictures.flatMap(({ picture }) => picture ?? []))
  return (
    <Page title={t('studio.title')} heading={t('studio.heading')} intro={t('studio.intro')}>
      <PagedList {...query} entries={pictures} keyOf={({ pictureId }) => pictureId} empty={<Empty />}>
        {(picture) => <OwnPicture picture={picture} />}
      </PagedList>
    </Page>
  )
}

function Empty() {
  const { t } = useI18n()
  return (
    <EmptyState title={t('studio.empty')} text={t('studio.emptyText')}>
      <Link to="/upload" className={buttonClass('primary')}>
        {t('upload.heading')}
      </Link>
    </EmptyState>
  )
}
