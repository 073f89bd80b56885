import { createClient, type Transport } from '@connectrpc/connect'

import {
  OperationsService,
  RebuildPhase,
  type RebuildProgress,
  type Verdict,
} from '@/gen/picasso/operations/v1/operations_pb'

export type Building = 'rebuild' | 'rollback'

/** Streams that go on for as long as the work takes. */
const WHILE_IT_TAKES = { timeoutMs: 0 }

/** Starts a rebuild or a rollback and tells how far it is; it goes on if nobody listens any more. */
export async function* build(
  transport: Transport,
  building: Building,
  projection: string,
  signal: AbortSignal,
): AsyncIterable<RebuildProgress> {
  const client = createClient(OperationsService, transport)
  const start = building === 'rebuild' ? client.rebuildProjection : client.rollbackProjection
  for await (const { progress } of start({ projection }, { ...WHILE_IT_TAKES, signal })) {
    if (progress) yield progress
  }
}

/** Compares every document with the log; says something now and then, and at last the verdict. */
export async function* verify(
  transport: Transport,
  projection: string,
  signal: AbortSignal,
): AsyncIterable<Verdict | undefined> {
  const client = createClient(OperationsService, transport)
  for await (const { verdict } of client.verifyProjection({ projection }, { ...WHILE_IT_TAKES, signal })) {
    yield verdict
  }
}

/** How much is done, from 0 to 1; undefined when nobody can say yet. */
export function shareOf({ phase, events, eventsTotal }: RebuildProgress): number | undefined {
  if (phase === RebuildPhase.DONE) return 1
  if (phase === RebuildPhase.WAITING || eventsTotal === 0n) return undefined
  // Events that were read again after a cut count twice.
  return Math.min(Number(events) / Number(eventsTotal), 1)
}
