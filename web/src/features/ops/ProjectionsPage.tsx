import { Link } from '@tanstack/react-router'

import type { GetStatusResponse, ProjectionStatus } from '@/gen/picasso/operations/v1/operations_pb'
import { useI18n } from '@/i18n'
import { type Column, DataTable } from '@/ui/DataTable'
import { ErrorNote } from '@/ui/ErrorNote'
import { LoadingBox } from '@/ui/Loading'
import { Page } from '@/ui/Page'

import { healthOf, liveOf, parkedText, unfinishedOf } from './health'
import { HealthMark } from './HealthMark'
import { Relays } from './Relays'
import { useStatus } from './useStatus'

export function ProjectionsPage() {
  const { t } = useI18n()
  const { data, error, refetch } = useStatus()
  return (
    <Page title={t('ops.projections')} intro={t('ops.projectionsIntro')}>
      <div className="space-y-8" aria-busy={!data && !error}>
        {/* Of figures that are no longer true one has to know. */}
        {error && <ErrorNote error={error} onRetry={refetch} />}
        {data ? <Deployment status={data} /> : !error && <LoadingBox className="h-[34rem]" />}
      </div>
    </Page>
  )
}

function Deployment({ status }: { status: GetStatusResponse }) {
  const { t, format } = useI18n()
  const columns: Column<ProjectionStatus>[] = [
    { title: t('ops.name'), cell: ({ name }) => <ProjectionLink name={name} /> },
    { title: t('ops.state'), cell: (one) => <HealthMark health={healthOf(one)} /> },
    { title: t('ops.lag'), isNumber: true, cell: ({ lagEvents }) => format.number(lagEvents) },
    { title: t('ops.parked'), isNumber: true, cell: (one) => parkedText(one, format.number) },
    { title: t('ops.generation'), cell: (one) => <Generations of={one} /> },
    { title: t('ops.speed'), isNumber: true, cell: (one) => format.number(Math.round(one.eventsPerSecond)) },
  ]
  return (
    <>
      <DataTable
        caption={t('ops.projections')}
        columns={columns}
        rows={status.projections}
        keyOf={({ name }) => name}
      />
      <Relays relays={status.relays} />
      <Logs status={status} />
    </>
  )
}

function ProjectionLink({ name }: { name: string }) {
  return (
    <Link to="/ops/projections/$name" params={{ name }} className="font-medium underline underline-offset-4">
      {name}
    </Link>
  )
}

function Generations({ of }: { of: ProjectionStatus }) {
  const { t } = useI18n()
  const live = liveOf(of)
  const unfinished = unfinishedOf(of)
  return (
    <>
      {live?.number}
      {unfinished && (
        <span className="text-muted"> · {t('ops.unfinishedShort', { number: unfinished.number })}</span>
      )}
    </>
  )
}

function Logs({ status: { heads, epoch, version } }: { status: GetStatusResponse }) {
  const { t, format } = useI18n()
  const facts = [
    ...heads.map(({ log, offset }) => [t('ops.log', { log }), format.number(offset)] as const),
    [t('ops.epoch'), epoch] as const,
    [t('ops.version'), version] as const,
  ]
  return (
    <section className="space-y-3">
      <h2 className="text-xl font-semibold">{t('ops.logs')}</h2>
      <dl className="grid grid-cols-[auto_1fr] gap-x-6 gap-y-2 text-sm">
        {facts.map(([name, value]) => (
          <div key={name} className="col-span-2 grid grid-cols-subgrid">
            <dt className="text-muted">{name}</dt>
            <dd className="wrap-anywhere tabular-nums">{value}</dd>
          </div>
        ))}
      </dl>
    </section>
  )
}
