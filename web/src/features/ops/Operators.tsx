import { useMutation } from '@tanstack/react-query'
import { Link, Outlet } from '@tanstack/react-router'
import { ExternalLink } from 'lucide-react'

import { useConfig } from '@/app/ConfigContext'
import { useIdentity, useSession } from '@/auth'
import { useI18n } from '@/i18n'
import { Button } from '@/ui/Button'
import { Page } from '@/ui/Page'

/** What stands around the operators' pages; the server refuses everybody else, this only says so at once. */
export function Operators() {
  const session = useSession()
  if (!session?.roles.includes('operator')) return <NotForYou />
  return (
    <>
      <Places />
      <Outlet />
    </>
  )
}

/** A token says what its owner may do when it is made: who has become an operator just now needs a new one. */
function NotForYou() {
  const { t } = useI18n()
  const identity = useIdentity()
  const renewal = useMutation({ mutationFn: () => identity.token({ renew: true }) })
  return (
    <Page title={t('ops.notForYou')} intro={t('ops.askForRole')} width="narrow">
      <Button isBusy={renewal.isPending} onClick={() => renewal.mutate()}>
        {t('ops.lookAgain')}
      </Button>
      <p role="status" className="mt-4 text-sm text-muted">
        {renewal.isSuccess && t('ops.stillNot')}
      </p>
    </Page>
  )
}

const TAB =
  'flex min-h-11 items-center gap-1.5 border-b-2 border-transparent px-3 font-medium whitespace-nowrap text-muted hover:text-ink data-[status=active]:border-accent data-[status=active]:text-ink'

function Places() {
  const { t } = useI18n()
  const { mailbox } = useConfig()
  return (
    <nav aria-label={t('ops.title')} className="mb-8 flex overflow-x-auto border-b border-line">
      <Link to="/ops" activeOptions={{ exact: true }} className={TAB}>
        {t('ops.projections')}
      </Link>
      <Link to="/ops/events" activeOptions={{ includeSearch: false }} className={TAB}>
        {t('ops.events')}
      </Link>
      <Link to="/ops/aggregates" activeOptions={{ includeSearch: false }} className={TAB}>
        {t('ops.aggregates')}
      </Link>
      {mailbox && (
        <a href={mailbox} target="_blank" rel="noreferrer" className={TAB}>
          {t('common.mailbox')}
          <ExternalLink aria-hidden className="size-4" />
        </a>
      )}
    </nav>
  )
}
