import { useQuery } from '@connectrpc/connect-query'
import { Link } from '@tanstack/react-router'

import { useCommand } from '@/api/useCommand'
import { PayoutCommandService } from '@/gen/picasso/commands/v1/payout_pb'
import { PayoutQueryService, PayoutStatus } from '@/gen/picasso/queries/v1/payout_pb'
import { useI18n } from '@/i18n'
import { Button } from '@/ui/Button'
import { ErrorNote } from '@/ui/ErrorNote'
import { Page } from '@/ui/Page'
import { Skeleton } from '@/ui/Skeleton'

import { Balance } from './Balance'
import { PAYOUT_STATUS } from './payoutStatus'

export function PayoutsPage() {
  const { t } = useI18n()
  const back = (
    <Link to="/selling" className="underline">
      {t('selling.title')}
    </Link>
  )
  return (
    <Page title={t('selling.payoutTitle')} intro={back} width="narrow">
      <div className="space-y-10">
        <Account />
        <Balance />
      </div>
    </Page>
  )
}

function Account() {
  const { t } = useI18n()
  const { data, error, refetch } = useQuery(PayoutQueryService.method.getPayoutStatus, {})
  // The same command asks the provider anew how the account stands, and for its page if something is left to be told.
  const onboard = useCommand(PayoutCommandService.method.startPayoutOnboarding, {
    onDone: ({ onboardingUrl }) => {
      if (onboardingUrl) window.location.assign(onboardingUrl)
    },
  })
  if (!data) {
    return error ? <ErrorNote error={error} onRetry={refetch} /> : <Skeleton className="h-24 rounded-card" />
  }
  return (
    <section className="space-y-4">
      <p role="status" className="text-lg">
        {t(PAYOUT_STATUS[data.status])}
      </p>
      {data.status !== PayoutStatus.ENABLED && (
        <Button look="primary" isBusy={onboard.isPending} onClick={() => void onboard.run({})}>
          {t('selling.payoutGoOn')}
        </Button>
      )}
    </section>
  )
}
