import { getRouteApi, Link } from '@tanstack/react-router'

import { useI18n } from '@/i18n'
import { Button } from '@/ui/Button'
import { ErrorNote } from '@/ui/ErrorNote'
import { Page } from '@/ui/Page'
import { useForm, wrong } from '@/ui/useForm'

import { EmailField } from './EmailField'
import { ADDRESS_DRAFT, rules } from './rules'
import { useIdentityAction } from './useIdentityAction'

const route = getRouteApi('/forgotten-password')

interface Address extends Record<string, string> {
  email: string
}

export function ForgottenPasswordPage() {
  const { t } = useI18n()
  const { next } = route.useSearch()
  const { run, variables, isPending, isSuccess, error } = useIdentityAction<string>((identity, email) =>
    identity.sendPasswordReset(email),
  )
  const { errors, formProps } = useForm<Address>({
    validate: ({ email }) => wrong({ email: rules(t).email(email) }),
    draft: ADDRESS_DRAFT,
    submit: async ({ email }) => {
      await run(email.trim())
      // Whom the letter was sent to signs in next.
      return false
    },
  })
  return (
    <Page title={t('auth.forgottenTitle')} intro={t('auth.forgottenText')} width="narrow">
      <form {...formProps} className="space-y-5">
        <EmailField error={errors.email} />
        {error && <ErrorNote error={error} />}
        <Button type="submit" look="primary" isBusy={isPending} className="w-full">
          {t('auth.sendLink')}
        </Button>
      </form>
      <div role="status">
        {isSuccess && (
          <div className="mt-6 rounded-lg bg-surface p-4">
            <p className="font-semibold">{t('auth.sentTitle')}</p>
            <p className="mt-1 text-sm">{t('auth.sentText', { email: variables })}</p>
          </div>
        )}
      </div>
      <p className="mt-6 text-sm">
        <Link to="/sign-in" search={{ next }} className="font-medium text-accent underline">
          {t('auth.backToSignIn')}
        </Link>
      </p>
    </Page>
  )
}
