import { useQuery } from '@connectrpc/connect-query'
import { getRouteApi, Link } from '@tanstack/react-router'

import { isMissing } from '@/api/refusal'
import { PictureList } from '@/gallery/PictureList'
import { WallSkeleton } from '@/gallery/WallSkeleton'
import { AccountQueryService } from '@/gen/picasso/queries/v1/account_pb'
import { useI18n } from '@/i18n'
import { buttonClass } from '@/ui/Button'
import { EmptyState } from '@/ui/EmptyState'
import { ErrorNote } from '@/ui/ErrorNote'
import { Page } from '@/ui/Page'
import { Time } from '@/ui/Time'

import { usePictures } from './usePictures'

const route = getRouteApi('/artists/$handle')

/** Somebody, and the pictures of theirs that are for sale. */
export function ArtistPage() {
  const { t } = useI18n()
  const { handle } = route.useParams()
  const { data, error, refetch } = useQuery(AccountQueryService.method.getAccount, {
    account: { case: 'handle', value: handle },
  })
  if (error && isMissing(error)) return <Missing />
  const account = data?.account
  if (!account) {
    return (
      <Page title={`@${handle}`} intro="&nbsp;">
        {error ? <ErrorNote error={error} onRetry={refetch} /> : <WallSkeleton />}
      </Page>
    )
  }
  const { userId, displayName, bio, registeredAt } = account
  const intro = (
    <>
      @{account.handle} · {t('explore.here')} <Time at={registeredAt} />
    </>
  )
  return (
    <Page title={displayName} intro={intro}>
      {bio && <p className="mb-8 max-w-prose break-words whitespace-pre-line">{bio}</p>}
      <h2 className="sr-only">{t('explore.pictures')}</h2>
      <Pictures artistId={userId} artist={displayName} />
    </Page>
  )
}

function Pictures({ artistId, artist }: { artistId: string; artist: string }) {
  const { t } = useI18n()
  const { visit } = route.useRouteContext()
  const list = usePictures({ order: 'newest', artistId }, visit)
  return (
    <PictureList
      {...list}
      label={t('explore.pictures')}
      empty={<EmptyState title={t('explore.nothingForSale', { artist })} />}
    />
  )
}

function Missing() {
  const { t } = useI18n()
  return (
    <Page title={t('explore.nobody')} intro={t('explore.nobodyText')} width="narrow">
      <Link to="/" className={buttonClass('primary')}>
        {t('common.toExplore')}
      </Link>
    </Page>
  )
}
