import { Link } from '@tanstack/react-router'

import type { AggregateEvent, GetAggregateResponse } from '@/gen/picasso/operations/v1/operations_pb'
import { useI18n } from '@/i18n'
import { buttonClass } from '@/ui/Button'
import { type Column, DataTable } from '@/ui/DataTable'
import { Time } from '@/ui/Time'

import { Json } from './Json'
import { Payload } from './Payload'
import { positionText } from './positionText'

interface AggregateHistoryProps {
  of: GetAggregateResponse
  /** Up to which event it was asked for; all when left out. */
  at?: number
}

export function AggregateHistory({ of, at }: AggregateHistoryProps) {
  const { t, format } = useI18n()
  const search = { type: of.aggregateType, id: of.aggregateId }
  return (
    <>
      <section className="space-y-3">
        <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
          <h2 className="text-xl font-semibold">{t('ops.stateAt', { sequence: format.number(of.sequence) })}</h2>
          {at !== undefined && (
            <Link to="/ops/aggregates" search={search} className={buttonClass('quiet')}>
              {t('ops.toNow')}
            </Link>
          )}
        </div>
        <Json text={of.stateJson} />
      </section>
      <section className="space-y-3">
        <h2 className="text-xl font-semibold">{t('ops.history')}</h2>
        <Events of={of} />
      </section>
    </>
  )
}

function Events({ of: { aggregateType: type, aggregateId: id, events, sequence } }: { of: GetAggregateResponse }) {
  const { t } = useI18n()
  const columns: Column<AggregateEvent>[] = [
    { title: t('ops.sequence'), cell: (event) => String(event.sequence) },
    { title: t('ops.event'), isText: true, cell: (event) => <Payload of={event} /> },
    { title: t('ops.recordedAt'), cell: ({ recordedAt }) => <Time at={recordedAt} as="exact" /> },
    { title: t('ops.actor'), cell: ({ actor }) => actor },
    { title: t('ops.position'), cell: ({ position }) => positionText(position) },
    {
      title: t('ops.state'),
      cell: (event) => (
        <Link
          to="/ops/aggregates"
          search={{ type, id, at: Number(event.sequence) }}
          aria-current={event.sequence === sequence ? 'true' : undefined}
          className="underline underline-offset-4"
        >
          {t('ops.asItWasHere')}
        </Link>
      ),
    },
  ]
  return (
    <>
      <DataTable
        caption={t('ops.history')}
        columns={columns}
        rows={events.toReversed()}
        keyOf={(event) => String(event.sequence)}
      />
      {events.length < sequence && (
        <p className="text-sm text-muted">{t('ops.lastOnly', { count: events.length })}</p>
      )}
    </>
  )
}
