import {
  type Generation,
  GenerationState,
  type LogProgress,
  type ProjectionStatus,
  type RelayStatus,
} from '@/gen/picasso/operations/v1/operations_pb'

/** What is most wrong with a projection or a relay; `current` when nothing is. */
export type Health = 'held' | 'missing' | 'parked' | 'behind' | 'current'

export function healthOf(status: ProjectionStatus): Health {
  if (status.error) return 'held'
  if (!liveOf(status)) return 'missing'
  if (status.parkedDocuments > 0) return 'parked'
  return status.lagEvents > 0n ? 'behind' : 'current'
}

export function relayHealthOf({ error, lagEvents }: RelayStatus): Health {
  if (error) return 'held'
  return lagEvents > 0n ? 'behind' : 'current'
}

/** The generation that readers see. */
export function liveOf({ generations }: ProjectionStatus): Generation | undefined {
  return generations.find(({ state }) => state === GenerationState.LIVE)
}

/** The generation that a rollback makes live again. */
export function formerOf({ generations }: ProjectionStatus): Generation | undefined {
  return generations.findLast(({ state }) => state === GenerationState.RETIRED)
}

/** Being built, or left unfinished by a rebuild that was cut short. */
export function unfinishedOf({ generations }: ProjectionStatus): Generation | undefined {
  return generations.find(({ state }) => state === GenerationState.BUILDING)
}

/** How far a log has yet to be folded; its end was read before the checkpoint, which may have passed it. */
export function lagOf({ checkpoint, head }: LogProgress): bigint {
  return head > checkpoint ? head - checkpoint : 0n
}

/** The server counts parked documents up to here only. */
const MOST_PARKED = 1_000

/** For example `3`, or `1000+`. */
export function parkedText({ parkedDocuments }: ProjectionStatus, number: (value: number) => string): string {
  return `${number(parkedDocuments)}${parkedDocuments >= MOST_PARKED ? '+' : ''}`
}
