import { getRouteApi, Link } from '@tanstack/react-router'

import { useI18n } from '@/i18n'
import { Page } from '@/ui/Page'

import { CredentialsForm } from './CredentialsForm'
import type { Credentials } from './rules'
import { useGoOn } from './useGoOn'
import { useIdentityAction } from './useIdentityAction'
import { useSignedInElsewhere } from './useSignedInElsewhere'

const route = getRouteApi('/sign-in')
const LINK = 'text-accent font-medium underline'

export function SignInPage() {
  const { t } = useI18n()
  const { next } = route.useSearch()
  const goOn = useGoOn()
  const { run, isPending, error } = useIdentityAction<Credentials>((identity, { email, password }) =>
    identity.signIn(email, password),
  )
  useSignedInElsewhere(next, isPending)
  const submit = async (credentials: Credentials) => {
    const isIn = await run(credentials)
    if (isIn) goOn(next)
    return isIn
  }
  const intro = next !== undefined && next !== '/' ? t('auth.signInToGoOn') : undefined
  return (
    <Page title={t('auth.signIn')} heading={t('auth.signInTitle')} intro={intro} width="narrow">
      <CredentialsForm isNew={false} isBusy={isPending} error={error} onSubmit={submit} />
      <p className="mt-6 text-sm">
        <Link to="/forgotten-password" search={{ next }} className={LINK}>
          {t('auth.forgotten')}
        </Link>
      </p>
      <p className="mt-3 text-sm">
        {t('auth.noAccount')}{' '}
        <Link to="/sign-up" search={{ next }} className={LINK}>
          {t('auth.signUp')}
        </Link>
      </p>
    </Page>
  )
}
