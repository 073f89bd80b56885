import { getRouteApi } from '@tanstack/react-router'

import {
  type Generation,
  GenerationState,
  type LogProgress,
  type ProjectionStatus,
} from '@/gen/picasso/operations/v1/operations_pb'
import { type PlainTextKey, useI18n } from '@/i18n'
import { type Column, DataTable } from '@/ui/DataTable'
import { EmptyState } from '@/ui/EmptyState'
import { ErrorNote } from '@/ui/ErrorNote'
import { LoadingBox } from '@/ui/Loading'
import { Page } from '@/ui/Page'
import { Time } from '@/ui/Time'

import { healthOf, lagOf, unfinishedOf } from './health'
import { HealthMark } from './HealthMark'
import { Parked } from './Parked'
import { useStatus } from './useStatus'
import { Works } from './Works'

const route = getRouteApi('/ops/projections/$name')

export function ProjectionPage() {
  const { t } = useI18n()
  const { name } = route.useParams()
  const { data, error, refetch } = useStatus()
  const status = data?.projections.find((one) => one.name === name)
  return (
    <Page title={t('ops.projectionTitle', { name })} heading={name}>
      <div className="space-y-10">
        {error && <ErrorNote error={error} onRetry={refetch} />}
        {status ? (
          <Projection key={name} status={status} />
        ) : data ? (
          <EmptyState title={t('errors.UNKNOWN_PROJECTION')} />
        ) : (
          !error && <LoadingBox className="h-[34rem]" />
        )}
      </div>
    </Page>
  )
}

function Projection({ status }: { status: ProjectionStatus }) {
  const { t } = useI18n()
  const unfinished = unfinishedOf(status)
  return (
    <>
      <div className="space-y-2">
        <HealthMark health={healthOf(status)} />
        {status.error && <p className="text-sm wrap-anywhere text-danger">{status.error}</p>}
        {unfinished && <p className="text-sm text-muted">{t('ops.unfinished', { number: unfinished.number })}</p>}
      </div>
      <Works status={status} />
      <Parked status={status} />
      <Generations of={status} />
      <Logs of={status} />
    </>
  )
}

const STATES: Record<GenerationState, PlainTextKey> = {
  [GenerationState.UNSPECIFIED]: 'ops.generationUnfinished',
  [GenerationState.BUILDING]: 'ops.generationUnfinished',
  [GenerationState.LIVE]: 'ops.generationLive',
  [GenerationState.RETIRED]: 'ops.generationRetired',
}

function Generations({ of: { generations } }: { of: ProjectionStatus }) {
  const { t } = useI18n()
  const columns: Column<Generation>[] = [
    { title: t('ops.generation'), cell: ({ number }) => number },
    { title: t('ops.state'), cell: ({ state }) => t(STATES[state]) },
    { title: t('ops.foldVersion'), isNumber: true, cell: ({ foldVersion }) => foldVersion },
    { title: t('ops.builtAt'), cell: ({ createdAt }) => <Time at={createdAt} as="dateTime" /> },
  ]
  return (
    <section className="space-y-3">
      <h2 className="text-xl font-semibold">{t('ops.generations')}</h2>
      <DataTable
        caption={t('ops.generations')}
        columns={columns}
        rows={generations.toReversed()}
        keyOf={({ number }) => number}
      />
    </section>
  )
}

function Logs({ of: { logs } }: { of: ProjectionStatus }) {
  const { t, format } = useI18n()
  const columns: Column<LogProgress>[] = [
    { title: t('ops.logName'), cell: ({ log }) => log },
    { title: t('ops.folded'), isNumber: true, cell: ({ checkpoint }) => format.number(checkpoint) },
    { title: t('ops.head'), isNumber: true, cell: ({ head }) => format.number(head) },
    { title: t('ops.lag'), isNumber: true, cell: (log) => format.number(lagOf(log)) },
  ]
  return (
    <section className="space-y-3">
      <h2 className="text-xl font-semibold">{t('ops.logs')}</h2>
      <DataTable caption={t('ops.logs')} columns={columns} rows={logs} keyOf={({ log }) => log} />
    </section>
  )
}
