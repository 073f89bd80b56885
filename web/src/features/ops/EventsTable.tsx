import { Link } from '@tanstack/react-router'
import { memo } from 'react'

import type { RecordedEvent } from '@/gen/picasso/events/v1/event_stream_pb'
import { useI18n } from '@/i18n'
import { type Column, DataTable } from '@/ui/DataTable'
import { Time } from '@/ui/Time'

import { Payload } from './Payload'
import { positionText } from './positionText'

const LINK = 'underline underline-offset-4'

/** Remembered, for it is long and what is read beside it changes often. */
export const EventsTable = memo(function EventsTable({ events }: { events: readonly RecordedEvent[] }) {
  const { t } = useI18n()
  const columns: Column<RecordedEvent>[] = [
    { title: t('ops.position'), cell: ({ position }) => positionText(position) },
    { title: t('ops.event'), isText: true, cell: (event) => <Payload of={event} /> },
    { title: t('ops.aggregate'), cell: (event) => <Aggregate of={event} /> },
    { title: t('ops.recordedAt'), cell: ({ recordedAt }) => <Time at={recordedAt} as="exact" /> },
    { title: t('ops.actor'), cell: ({ metadata }) => metadata?.actor },
    { title: t('ops.correlation'), cell: ({ metadata }) => <Correlation id={metadata?.correlationId} /> },
  ]
  return (
    <DataTable
      caption={t('ops.events')}
      columns={columns}
      rows={events}
      keyOf={({ position }) => positionText(position)}
    />
  )
})

function Aggregate({ of: { aggregateType, aggregateId, sequence } }: { of: RecordedEvent }) {
  const search = { type: aggregateType, id: aggregateId, at: Number(sequence) }
  return (
    <Link to="/ops/aggregates" search={search} className={`block max-w-72 truncate ${LINK}`}>
      {aggregateType} #{String(sequence)} {aggregateId}
    </Link>
  )
}

function Correlation({ id }: { id: string | undefined }) {
  if (!id) return null
  return (
    <Link to="/ops/events" search={{ correlation: id }} className={`font-mono text-xs ${LINK}`}>
      {id}
    </Link>
  )
}
