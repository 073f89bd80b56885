import type { RecordedEvent, ReplayEventsResponse } from '@/gen/picasso/events/v1/event_stream_pb'
import type { Position } from '@/gen/picasso/types/v1/types_pb'

import { isAggregateType } from './aggregates'
import { positionOf } from './positionText'

/** Which events are wanted, as the address of the page says it. */
export interface Wanted {
  /** All that followed from one request of a person. */
  correlation?: string
  /** One type of aggregates. */
  type?: string
  /** One event alone, by its position as `positionText` writes it. */
  at?: string
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

export const isCorrelation = (text: string) => UUID.test(text)

/** What the address says wrongly is left out. */
export function wantedOf({ correlation, type, at }: Record<string, unknown>): Wanted {
  if (typeof at === 'string' && positionOf(at)) return { at }
  return {
    ...(typeof correlation === 'string' &&
      isCorrelation(correlation) && { correlation: correlation.toLowerCase() }),
    ...(typeof type === 'string' && isAggregateType(type) && { type }),
  }
}

/** How many of the newest events are kept on the page. */
export const MOST_SHOWN = 200
/** How far back one looks: so many events of each log, wanted or not. */
const RECENT = 100n
const RECENT_OF_TYPE = 10_000n

/**
 * Behind which positions to begin, so that the page shows what happened last. What belongs to one request may stand
 * anywhere: the server reads the logs from their first event.
 */
export function beginningOf({ correlation, type }: Wanted, heads: readonly Position[]): Position[] {
  if (correlation) return []
  const back = type ? RECENT_OF_TYPE : RECENT
  return heads.map((head) => ({ ...head, offset: head.offset > back ? head.offset - back : 0n }))
}

/** What has been read. */
export interface Replay {
  /** Those that are wanted, the newest first. */
  events: readonly RecordedEvent[]
  /** Whether older ones were wanted too, but are no longer kept. */
  hasDropped: boolean
  /** How far each log has been read. */
  positions: readonly Position[]
  /** Whether everything that was there at first has been read. */
  isCaughtUp: boolean
}

export const UNREAD: Replay = { events: [], hasDropped: false, positions: [], isCaughtUp: false }

/** Takes in what a stream said; a stream that was resumed is not caught up, but the page stays so. */
export function take(replay: Replay, answer: ReplayEventsResponse): Replay {
  const news = answer.events.toReversed()
  const events = news.length === 0 ? replay.events : [...news, ...replay.events]
  return {
    events: events.length > MOST_SHOWN ? events.slice(0, MOST_SHOWN) : events,
    hasDropped: replay.hasDropped || events.length > MOST_SHOWN,
    positions: answer.positions,
    isCaughtUp: replay.isCaughtUp || answer.caughtUp,
  }
}

/** How much of the logs has been read, from 0 to 1. */
export function readShare(positions: readonly Position[], heads: readonly Position[]): number {
  const sum = (all: readonly Position[]) => all.reduce((total, { offset }) => total + Number(offset), 0)
  return heads.length === 0 ? 0 : Math.min(sum(positions) / Math.max(sum(heads), 1), 1)
}
