import { useQuery } from '@connectrpc/connect-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'

import { isMissing } from '@/api/refusal'
import { GalleryQueryService } from '@/gen/picasso/queries/v1/gallery_pb'
import type { Picture as PictureMessage, PriceSince } from '@/gen/picasso/queries/v1/picture_pb'
import { useI18n } from '@/i18n'
import { buttonClass } from '@/ui/Button'
import { ErrorNote } from '@/ui/ErrorNote'
import { LoadingPicture } from '@/ui/Loading'
import { Page } from '@/ui/Page'
import { Picture } from '@/ui/Picture'
import { Skeleton } from '@/ui/Skeleton'

import { PublishButton, WithdrawButton } from './market'
import { PriceForm } from './PriceForm'
import { allowedAt } from './standing'
import { StandingMark } from './StandingMark'
import { WordsForm } from './WordsForm'

const route = getRouteApi('/studio/$id')
const COLUMNS = 'grid items-start gap-8 lg:grid-cols-[minmax(0,1fr)_minmax(0,32rem)] xl:gap-12'

export function EditPage() {
  const { id } = route.useParams()
  const { t } = useI18n()
  const { data, error, refetch } = useQuery(GalleryQueryService.method.getPicture, { pictureId: id })
  if (error && isMissing(error)) return <Elsewhere text={t('errors.PICTURE_NOT_FOUND')} />
  const note = error && <ErrorNote error={error} onRetry={refetch} />
  if (!data?.picture?.picture) return <Waiting>{note}</Waiting>
  const { picture, own } = data.picture
  if (!own) return <Elsewhere text={t('errors.NOT_OWNER')} />
  return (
    <Edited key={id} picture={picture} prices={data.priceHistory} refetch={refetch}>
      {note}
    </Edited>
  )
}

interface EditedProps {
  picture: PictureMessage
  prices: readonly PriceSince[]
  refetch: () => Promise<unknown>
  /** What went wrong while the picture was asked for again. */
  children: ReactNode
}

function Edited({ picture, prices, refetch, children }: EditedProps) {
  const { t } = useI18n()
  const { canPublish, canWithdraw, canChange } = allowedAt(picture)
  return (
    <Page title={t('studio.editTitle', { title: picture.title })} heading={picture.title} intro={<BackLink />}>
      <div className={COLUMNS}>
        <div className="space-y-4 lg:sticky lg:top-24">
          <Picture of={picture} sizes="(min-width: 1024px) 50vw, 100vw" isFirst isLarge className="rounded-card" />
          <StandingMark of={picture} />
          <div className="flex flex-wrap gap-2">
            {canPublish && <PublishButton picture={picture} />}
            <Link to="/pictures/$id" params={{ id: picture.pictureId }} className={buttonClass()}>
              {t('studio.look')}
            </Link>
            {canWithdraw && <WithdrawButton picture={picture} />}
          </div>
        </div>
        <div className="min-w-0 space-y-12">
          {children}
          {canChange && <WordsForm picture={picture} onSaved={refetch} />}
          <PriceForm picture={picture} prices={prices} canChange={canChange} onChanged={refetch} />
        </div>
      </div>
    </Page>
  )
}

function BackLink() {
  const { t } = useI18n()
  return (
    <Link to="/studio" className="underline">
      {t('studio.heading')}
    </Link>
  )
}

function Elsewhere({ text }: { text: string }) {
  const { t } = useI18n()
  return (
    <Page title={t('studio.title')} intro={text} width="narrow">
      <Link to="/studio" className={buttonClass('primary')}>
        {t('studio.heading')}
      </Link>
    </Page>
  )
}

function Waiting({ children: note }: { children: ReactNode }) {
  const { t } = useI18n()
  return (
    <Page title={t('studio.title')} intro={<BackLink />}>
      {note ?? (
        <LoadingPicture columns={COLUMNS}>
          <Skeleton className="h-16" />
          <Skeleton className="h-16" />
          <Skeleton className="h-32" />
        </LoadingPicture>
      )}
    </Page>
  )
}
