import { getRouteApi } from '@tanstack/react-router'
import { Pause, Play } from 'lucide-react'

import { useI18n } from '@/i18n'
import { Button } from '@/ui/Button'
import { EmptyState } from '@/ui/EmptyState'
import { ErrorNote } from '@/ui/ErrorNote'
import { Page } from '@/ui/Page'

import { EventsTable } from './EventsTable'
import { OneEvent } from './OneEvent'
import { MOST_SHOWN, readShare, type Wanted } from './replay'
import { SearchEvents } from './SearchEvents'
import { useReplay } from './useReplay'

const route = getRouteApi('/ops/events')

export function EventsPage() {
  const { t } = useI18n()
  const wanted = route.useSearch()
  const key = JSON.stringify(wanted)
  return (
    <Page
      title={t('ops.events')}
      intro={wanted.at ? t('ops.eventAt', { position: wanted.at }) : t('ops.eventsIntro')}
    >
      <div className="space-y-6">
        <SearchEvents key={`search ${key}`} wanted={wanted} />
        {wanted.at ? <OneEvent at={wanted.at} /> : <Events key={key} wanted={wanted} />}
      </div>
    </Page>
  )
}

function Events({ wanted }: { wanted: Wanted }) {
  const { t } = useI18n()
  const { replay, logs, state, error, pause, goOn, retry } = useReplay(wanted)
  const { events, isCaughtUp, hasDropped } = replay
  const share = readShare(replay.positions, logs?.heads ?? [])
  return (
    <div className="space-y-4" aria-busy={state === 'running' && !isCaughtUp}>
      <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
        {state !== 'failed' && (
          <Button onClick={state === 'paused' ? goOn : pause}>
            {state === 'paused' ? (
              <Play aria-hidden className="size-4" />
            ) : (
              <Pause aria-hidden className="size-4" />
            )}
            {t(state === 'paused' ? 'ops.goOn' : 'ops.pause')}
          </Button>
        )}
        <p role="status" className="text-sm text-muted">
          {state === 'paused' && t('ops.paused')}
          {state === 'running' && t(isCaughtUp ? 'ops.live' : 'ops.reading')}
        </p>
      </div>
      {state === 'running' && !isCaughtUp && (
        <progress aria-label={t('ops.reading')} max={1} value={share} className="h-2 w-full accent-accent" />
      )}
      {state === 'failed' && <ErrorNote error={error} onRetry={retry} />}
      {events.length > 0 && <EventsTable events={events} />}
      {events.length === 0 && isCaughtUp && <EmptyState title={t('ops.noEvents')} text={t('ops.noEventsText')} />}
      {hasDropped && <p className="text-sm text-muted">{t('ops.newestOnly', { count: MOST_SHOWN })}</p>}
    </div>
  )
}
