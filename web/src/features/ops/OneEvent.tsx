import { createClient, type Transport } from '@connectrpc/connect'
import { useTransport } from '@connectrpc/connect-query'
import { useQuery } from '@tanstack/react-query'

import { EventStreamService, type RecordedEvent } from '@/gen/picasso/events/v1/event_stream_pb'
import { useI18n } from '@/i18n'
import { EmptyState } from '@/ui/EmptyState'
import { ErrorNote } from '@/ui/ErrorNote'
import { LoadingBox } from '@/ui/Loading'

import { EventsTable } from './EventsTable'
import { positionOf } from './positionText'

/** The event at a position, which something waits for, say. */
export function OneEvent({ at }: { at: string }) {
  const { t } = useI18n()
  const transport = useTransport()
  const { data, error, refetch } = useQuery({
    queryKey: ['event', at],
    queryFn: ({ signal }) => eventAt(transport, at, signal),
    staleTime: 'static',
  })
  if (error) return <ErrorNote error={error} onRetry={refetch} />
  if (!data) return <LoadingBox className="h-32" />
  if (data.length === 0) return <EmptyState title={t('ops.noEventAt', { position: at })} />
  return <EventsTable events={data} />
}

/** Asked of the replay, from just before it on; none when the log ends before. */
async function eventAt(transport: Transport, at: string, signal: AbortSignal): Promise<RecordedEvent[]> {
  const position = positionOf(at)
  if (!position) return []
  const after = [{ ...position, offset: position.offset - 1n }]
  // What comes behind it is not read.
  const enough = new AbortController()
  const answers = createClient(EventStreamService, transport).replayEvents(
    { after, log: position.log, batchSize: 1 },
    { signal: AbortSignal.any([signal, enough.signal]) },
  )
  try {
    for await (const { events } of answers) {
      if (events.length > 0) return events
    }
    return []
  } finally {
    enough.abort()
  }
}
