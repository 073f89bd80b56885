import { getRouteApi, Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'

import { isMissing } from '@/api/refusal'
import { BuyButton } from '@/checkout/BuyButton'
import type { ViewedPicture } from '@/gen/picasso/queries/v1/gallery_pb'
import type { Person, PriceSince } from '@/gen/picasso/queries/v1/picture_pb'
import { useI18n } from '@/i18n'
import { LikeButton } from '@/likes/LikeButton'
import { buttonClass } from '@/ui/Button'
import { ErrorNote } from '@/ui/ErrorNote'
import { LoadingPicture } from '@/ui/Loading'
import { Money } from '@/ui/Money'
import { Page } from '@/ui/Page'
import { PersonLink } from '@/ui/PersonLink'
import { Picture } from '@/ui/Picture'
import { Skeleton } from '@/ui/Skeleton'
import { Time } from '@/ui/Time'

import { About } from './About'
import { isPublic, stateOf, widthInWindow } from './describe'
import { Provenance } from './Provenance'
import { ShareButton } from './ShareButton'
import { usePicture } from './usePicture'

const route = getRouteApi('/pictures/$id')
const COLUMNS = 'grid items-start gap-8 lg:grid-cols-[minmax(0,1fr)_22rem] xl:gap-12'
/** What `COLUMNS` and the page around them leave. */
const SIZES = { narrow: '100vw - 2rem', wide: '100vw - 28rem' }

export function PicturePage() {
  const { id } = route.useParams()
  const { data, error, refetch } = usePicture(id)
  if (error && isMissing(error)) return <Missing />
  const note = error && <ErrorNote error={error} onRetry={refetch} />
  if (!data?.picture?.picture) return <Waiting>{note}</Waiting>
  return (
    <Shown viewed={data.picture} prices={data.priceHistory}>
      {note}
    </Shown>
  )
}

interface ShownProps {
  viewed: ViewedPicture
  prices: readonly PriceSince[]
  /** What went wrong while the picture was asked for again. */
  children: ReactNode
}

function Shown({ viewed, prices, children }: ShownProps) {
  const { t } = useI18n()
  const { picture } = viewed
  if (!picture) return null
  const state = stateOf(picture)
  const maxWidth = (picture.preview && widthInWindow(picture.preview)) ?? '100vw'
  return (
    <Page title={picture.title} intro={<Artist of={picture.artist} />}>
      <div className={COLUMNS}>
        <div className="mx-auto w-full" style={{ maxWidth }}>
          <Picture
            of={picture}
            sizes={`(min-width: 1024px) min(${SIZES.wide}, ${maxWidth}), min(${SIZES.narrow}, ${maxWidth})`}
            isFirst
            isLarge
            className="rounded-card"
          />
        </div>
        <div className="min-w-0 space-y-8">
          {children}
          <section className="space-y-4">
            <div className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2">
              <p className="text-3xl font-bold">
                <Money of={picture.price} />
              </p>
              <div className="flex gap-2">
                <LikeButton viewed={viewed} className="border border-outline" />
                {isPublic(picture) && <ShareButton of={picture} />}
              </div>
            </div>
            {state && (
              <p className="inline-block rounded-full bg-surface px-3 py-1 text-sm font-semibold">
                {t(`picture.${state}`)}
              </p>
            )}
            <BuyButton viewed={viewed} />
          </section>
          <About of={picture} />
          {prices.length > 1 && <Prices prices={prices} />}
          <Provenance of={picture.pictureId} />
        </div>
      </div>
    </Page>
  )
}

function Artist({ of: artist }: { of: Person | undefined }) {
  const { t } = useI18n()
  return (
    <>
      {t('picture.by')}{' '}
      <PersonLink of={artist} className="font-medium text-ink underline-offset-4 hover:underline" />
      {artist?.handle && ` @${artist.handle}`}
    </>
  )
}

/** The latest first. */
function Prices({ prices }: { prices: readonly PriceSince[] }) {
  const { t } = useI18n()
  return (
    <section>
      <h2 className="text-lg font-semibold">{t('picture.priceHistory')}</h2>
      <ol className="mt-2 divide-y divide-line text-sm">
        {[...prices].reverse().map(({ price, since }, index) => (
          <li key={index} className="flex justify-between gap-4 py-2">
            <Money of={price} />
            <span className="text-muted">
              {t('picture.since')} <Time at={since} />
            </span>
          </li>
        ))}
      </ol>
    </section>
  )
}

function Missing() {
  const { t } = useI18n()
  return (
    <Page title={t('picture.missingTitle')} intro={t('picture.missingText')} width="narrow">
      <Link to="/" className={buttonClass('primary')}>
        {t('common.toExplore')}
      </Link>
    </Page>
  )
}

function Waiting({ children: note }: { children: ReactNode }) {
  const { t } = useI18n()
  return (
    <Page title={t('picture.loading')} intro="&nbsp;">
      {note ?? (
        <LoadingPicture columns={COLUMNS}>
          <Skeleton className="h-10 w-32" />
          <Skeleton className="h-11 rounded-full" />
          <Skeleton className="h-64" />
          <Skeleton className="h-64" />
        </LoadingPicture>
      )}
    </Page>
  )
}
