import type { Timestamp } from '@bufbuild/protobuf/wkt'
import { useQuery } from '@connectrpc/connect-query'

import { GalleryQueryService } from '@/gen/picasso/queries/v1/gallery_pb'
import { useI18n } from '@/i18n'
import { ErrorNote } from '@/ui/ErrorNote'
import { LoadingBox } from '@/ui/Loading'
import { Money } from '@/ui/Money'
import { PersonLink } from '@/ui/PersonLink'
import { Time } from '@/ui/Time'
import { Moment, Timeline } from '@/ui/Timeline'

import { told } from './told'

/** Where a picture has been, the latest first. */
export function Provenance({ of: pictureId }: { of: string }) {
  const { t, format } = useI18n()
  const { data, error, refetch } = useQuery(GalleryQueryService.method.getProvenance, { pictureId })
  return (
    <section className="space-y-3">
      <h2 className="text-lg font-semibold">{t('picture.provenance')}</h2>
      {error && <ErrorNote error={error} onRetry={refetch} />}
      {!error && !data && <LoadingBox className="h-28" />}
      {data && (
        <Timeline>
          {told(data, t).map(({ text, person, price, times = 1n, at, latestAt }, index) => (
            <Moment
              key={index}
              isLatest={index === 0}
              text={
                <>
                  {text} {person && <PersonLink of={person} />}
                </>
              }
            >
              <Span from={at} to={latestAt} />
              {price && ' · '}
              {price && times > 1n ? t('picture.each', { price: format.money(price) }) : <Money of={price} />}
            </Moment>
          ))}
        </Timeline>
      )}
    </section>
  )
}

/** One day, or the first and the last of several. */
function Span({ from, to }: { from: Timestamp | undefined; to: Timestamp | undefined }) {
  const { format } = useI18n()
  const isLong = from && to && format.date(from) !== format.date(to)
  return (
    <>
      <Time at={from} />
      {isLong && ' – '}
      {isLong && <Time at={to} />}
    </>
  )
}
