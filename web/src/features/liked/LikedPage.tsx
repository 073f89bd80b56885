import { getRouteApi, Link } from '@tanstack/react-router'

import { PictureList } from '@/gallery/PictureList'
import { useI18n } from '@/i18n'
import { buttonClass } from '@/ui/Button'
import { EmptyState } from '@/ui/EmptyState'
import { Page } from '@/ui/Page'

import { useLiked } from './useLiked'

const route = getRouteApi('/liked')

/** What one likes, whoever made it. */
export function LikedPage() {
  const { t } = useI18n()
  const { visit } = route.useRouteContext()
  const { gone, ...list } = useLiked(visit)
  return (
    <Page title={t('explore.likedTitle')} intro={gone > 0 && t('explore.likedGone', { count: gone })}>
      <PictureList
        {...list}
        label={t('explore.pictures')}
        empty={
          <EmptyState title={t('explore.likedEmpty')} text={t('explore.likedEmptyText')}>
            <Link to="/" className={buttonClass('primary')}>
              {t('common.toExplore')}
            </Link>
          </EmptyState>
        }
      />
    </Page>
  )
}
