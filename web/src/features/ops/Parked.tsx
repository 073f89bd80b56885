import { useInfiniteQuery, useMutation } from '@connectrpc/connect-query'
import { useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'

import { askAgain } from '@/api/askAgain'
import { useOnce } from '@/api/useOnce'
import {
  OperationsService,
  type ParkedDocument,
  type ProjectionStatus,
  type RetryParkedResponse,
} from '@/gen/picasso/operations/v1/operations_pb'
import { useI18n } from '@/i18n'
import { Button } from '@/ui/Button'
import { type Column, DataTable } from '@/ui/DataTable'
import { ErrorNote } from '@/ui/ErrorNote'
import { LoadingBox } from '@/ui/Loading'
import { Time } from '@/ui/Time'

import { positionText } from './positionText'

/** Documents that cannot be folded on, and what became of folding them again. */
export function Parked({ status: { name, parkedDocuments } }: { status: ProjectionStatus }) {
  const { t } = useI18n()
  const queries = useQueryClient()
  const retry = useMutation(OperationsService.method.retryParked, {
    // Also after a failure: some may have been released before it.
    onSettled: () => askAgain(queries),
    meta: { tellsErrors: true },
  })
  const run = useOnce(retry.mutateAsync)
  return (
    <section className="space-y-3">
      <h2 className="text-xl font-semibold">{t('ops.parkedTitle')}</h2>
      {parkedDocuments === 0 ? (
        <p className="text-muted">{t('ops.nothingParked')}</p>
      ) : (
        <>
          <p className="max-w-prose text-muted">{t('ops.parkedText')}</p>
          <Button isBusy={retry.isPending} onClick={() => void run({ projection: name })}>
            {t('ops.retryParked')}
          </Button>
          <Documents projection={name} />
        </>
      )}
      {retry.error && <ErrorNote error={retry.error} />}
      <div role="status">{retry.data && <Retried of={retry.data} />}</div>
    </section>
  )
}

function Retried({ of: { released, stillParked } }: { of: RetryParkedResponse }) {
  const { t } = useI18n()
  return (
    <>
      <p>{t('ops.released', { count: released })}</p>
      {stillParked > 0 && <p>{t('ops.stillParked', { count: stillParked })}</p>}
    </>
  )
}

function EventLink({ at }: { at: string }) {
  return (
    <Link to="/ops/events" search={{ at }} className="underline underline-offset-4">
      {at}
    </Link>
  )
}

function Documents({ projection }: { projection: string }) {
  const { t, format } = useI18n()
  const { data, error, ...pages } = useInfiniteQuery(
    OperationsService.method.listParked,
    { projection, pageToken: '' },
    { pageParamKey: 'pageToken', getNextPageParam: ({ nextPageToken }) => nextPageToken || undefined },
  )
  const columns: Column<ParkedDocument>[] = [
    { title: t('ops.document'), cell: ({ key }) => key },
    { title: t('ops.reason'), isText: true, cell: ({ reason }) => reason },
    { title: t('ops.parkedFrom'), cell: ({ position }) => <EventLink at={positionText(position)} /> },
    { title: t('ops.attempts'), isNumber: true, cell: ({ attempts }) => format.number(attempts) },
    { title: t('ops.parkedAt'), cell: ({ parkedAt }) => <Time at={parkedAt} as="dateTime" /> },
  ]
  const rows = data?.pages.flatMap(({ documents }) => documents)
  return (
    <>
      {error && <ErrorNote error={error} onRetry={pages.refetch} />}
      {rows ? (
        <DataTable caption={t('ops.parkedTitle')} columns={columns} rows={rows} keyOf={({ key }) => key} />
      ) : (
        !error && <LoadingBox className="h-24" />
      )}
      {pages.hasNextPage && (
        <Button isBusy={pages.isFetchingNextPage} onClick={() => void pages.fetchNextPage()}>
          {t('ops.more')}
        </Button>
      )}
    </>
  )
}
