import { useQuery } from '@connectrpc/connect-query'
import type { ReactNode } from 'react'

import { useSession } from '@/auth'
import { AccountQueryService } from '@/gen/picasso/queries/v1/account_pb'
import { useI18n } from '@/i18n'
import { ErrorNote } from '@/ui/ErrorNote'
import { Page } from '@/ui/Page'
import { Skeleton } from '@/ui/Skeleton'

import { LettersForm } from './LettersForm'
import { Look } from './Look'
import { ProfileForm } from './ProfileForm'
import { SignedIn } from './SignedIn'

/** What one can say about oneself, and how one wants to be treated. */
export function SettingsPage() {
  const { t } = useI18n()
  const { data, error, refetch } = useQuery(AccountQueryService.method.getMyAccount, {})
  const { account, notifications } = data ?? {}
  const email = useSession()?.email ?? ''
  return (
    <Page title={t('account.title')} width="narrow">
      <div className="space-y-12">
        {error && <ErrorNote error={error} onRetry={refetch} />}
        <Section title={t('account.profileTitle')} intro={t('account.profileText')}>
          {account ? <ProfileForm account={account} /> : <Skeleton className="h-72 rounded-card" />}
        </Section>
        <Section title={t('account.lettersTitle')} intro={t('account.lettersText', { email })}>
          {account ? <LettersForm chosen={notifications} /> : <Skeleton className="h-32 rounded-card" />}
        </Section>
        <Section title={t('account.lookTitle')} intro={t('account.lookText')}>
          <Look />
        </Section>
        <Section title={t('account.sessionTitle')}>
          <SignedIn />
        </Section>
      </div>
    </Page>
  )
}

interface SectionProps {
  title: string
  intro?: string
  children: ReactNode
}

function Section({ title, intro, children }: SectionProps) {
  return (
    <section>
      <h2 className="text-xl font-semibold">{title}</h2>
      {intro && <p className="mt-1 text-sm text-muted">{intro}</p>}
      <div className="mt-4">{children}</div>
    </section>
  )
}
