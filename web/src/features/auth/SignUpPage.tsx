import { getRouteApi, Link } from '@tanstack/react-router'

import { useI18n } from '@/i18n'
import { Page } from '@/ui/Page'

import { CredentialsForm } from './CredentialsForm'
import type { Credentials } from './rules'
import { useIdentityAction } from './useIdentityAction'
import { useSignedInElsewhere } from './useSignedInElsewhere'

const route = getRouteApi('/sign-up')

export function SignUpPage() {
  const { t } = useI18n()
  const { next } = route.useSearch()
  const navigate = route.useNavigate()
  const { run, isPending, error } = useIdentityAction<Credentials>((identity, { email, password }) =>
    identity.signUp(email, password),
  )
  useSignedInElsewhere(next, isPending)
  const submit = async (credentials: Credentials) => {
    const isIn = await run(credentials)
    if (isIn) await navigate({ to: '/register', search: { next }, replace: true })
    return isIn
  }
  return (
    <Page title={t('auth.signUp')} heading={t('auth.signUpTitle')} intro={t('auth.signUpText')} width="narrow">
      <CredentialsForm isNew isBusy={isPending} error={error} onSubmit={submit} />
      <p className="mt-6 text-sm">
        {t('auth.hasAccount')}{' '}
        <Link to="/sign-in" search={{ next }} className="font-medium text-accent underline">
          {t('auth.signIn')}
        </Link>
      </p>
    </Page>
  )
}
