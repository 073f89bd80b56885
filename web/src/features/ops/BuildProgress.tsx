import { passes, refusalOf } from '@/api/refusal'
import { RebuildPhase, type RebuildProgress } from '@/gen/picasso/operations/v1/operations_pb'
import { type PlainTextKey, useI18n } from '@/i18n'
import { ErrorNote } from '@/ui/ErrorNote'

import type { Watched } from './useWatched'
import { shareOf } from './streams'

const PHASES: Record<RebuildPhase, PlainTextKey> = {
  [RebuildPhase.UNSPECIFIED]: 'ops.starting',
  [RebuildPhase.WAITING]: 'ops.waiting',
  [RebuildPhase.FOLDING]: 'ops.folding',
  [RebuildPhase.CATCHING_UP]: 'ops.catchingUp',
  [RebuildPhase.CHECKING]: 'ops.checking',
  [RebuildPhase.DONE]: 'ops.done',
}

/** How far a rebuild or a rollback is; only its phases are read out. */
export function BuildProgress({ of: { state, last, error } }: { of: Watched<RebuildProgress> }) {
  const { t } = useI18n()
  if (state === 'idle') return null
  const phase = t(PHASES[last?.phase ?? RebuildPhase.UNSPECIFIED])
  return (
    <div className="space-y-3">
      {state === 'failed' ? <Failed error={error} /> : <p role="status">{phase}</p>}
      {state === 'running' && (
        <progress aria-label={phase} max={1} value={last && shareOf(last)} className="h-2 w-full accent-accent" />
      )}
      {last && <Figures of={last} />}
    </div>
  )
}

function Failed({ error }: { error: unknown }) {
  const { t } = useI18n()
  return (
    <>
      <ErrorNote error={error} />
      {passes(refusalOf(error)) && <p className="text-sm text-muted">{t('ops.goesOn')}</p>}
    </>
  )
}

function Figures({ of }: { of: RebuildProgress }) {
  const { t, format } = useI18n()
  const { events, eventsTotal, documents, generation, replacedGeneration } = of
  const figures = {
    events: format.number(events),
    total: format.number(eventsTotal),
    documents: format.number(documents),
  }
  return (
    <div className="text-sm text-muted tabular-nums">
      <p>{t('ops.buildFigures', figures)}</p>
      {generation !== undefined && <p>{t('ops.isLive', { number: generation })}</p>}
      {replacedGeneration !== undefined && <p>{t('ops.isKept', { number: replacedGeneration })}</p>}
    </div>
  )
}
