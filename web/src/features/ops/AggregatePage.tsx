import { useQuery } from '@connectrpc/connect-query'
import { getRouteApi } from '@tanstack/react-router'

import { isMissing } from '@/api/refusal'
import { OperationsService } from '@/gen/picasso/operations/v1/operations_pb'
import { errorText, useI18n } from '@/i18n'
import { EmptyState } from '@/ui/EmptyState'
import { ErrorNote } from '@/ui/ErrorNote'
import { LoadingBox } from '@/ui/Loading'
import { Page } from '@/ui/Page'

import { AggregateHistory } from './AggregateHistory'
import { LookupForm } from './LookupForm'

const route = getRouteApi('/ops/aggregates')

export function AggregatePage() {
  const { t } = useI18n()
  const lookup = route.useSearch()
  const { type, id } = lookup
  return (
    <Page title={t('ops.aggregates')} intro={t('ops.aggregatesIntro')}>
      <div className="space-y-8">
        <LookupForm key={JSON.stringify(lookup)} lookup={lookup} />
        {type && id && <Found type={type} id={id} at={lookup.at} />}
      </div>
    </Page>
  )
}

function Found({ type, id, at }: { type: string; id: string; at?: number }) {
  const { t } = useI18n()
  const input = { aggregateType: type, aggregateId: id, atSequence: at === undefined ? undefined : BigInt(at) }
  const { data, error, refetch } = useQuery(OperationsService.method.getAggregate, input)
  if (error && isMissing(error)) return <EmptyState title={errorText(t, error)} />
  if (error && !data) return <ErrorNote error={error} onRetry={refetch} />
  return data ? <AggregateHistory of={data} at={at} /> : <LoadingBox className="h-96" />
}
