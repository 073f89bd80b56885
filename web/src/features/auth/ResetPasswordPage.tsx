import { getRouteApi, Link } from '@tanstack/react-router'

import { useI18n } from '@/i18n'
import { Button } from '@/ui/Button'
import { ErrorNote } from '@/ui/ErrorNote'
import { Page } from '@/ui/Page'
import { toast } from '@/ui/toasts'
import { useForm, wrong } from '@/ui/useForm'

import { PasswordField } from './PasswordField'
import { rules } from './rules'
import { useIdentityAction } from './useIdentityAction'

const route = getRouteApi('/reset-password')

export function ResetPasswordPage() {
  const { t } = useI18n()
  const { oobCode } = route.useSearch()
  return (
    <Page title={t('auth.resetTitle')} intro={oobCode ? undefined : t('auth.resetNoCode')} width="narrow">
      {oobCode && <NewPasswordForm code={oobCode} />}
      <p className="mt-6 text-sm">
        <Link to="/forgotten-password" className="font-medium text-accent underline">
          {t('auth.askForNewLink')}
        </Link>
      </p>
    </Page>
  )
}

function NewPasswordForm({ code }: { code: string }) {
  const { t } = useI18n()
  const navigate = route.useNavigate()
  const { run, isPending, error } = useIdentityAction<string>((identity, password) =>
    identity.resetPassword(code, password),
  )
  const { errors, formProps } = useForm<{ password: string }>({
    validate: ({ password }) => wrong({ password: rules(t).newPassword(password) }),
    submit: async ({ password }) => {
      if (!(await run(password))) return
      toast(t('auth.resetDone'))
      await navigate({ to: '/sign-in', replace: true })
    },
  })
  return (
    <form {...formProps} className="space-y-5">
      <PasswordField
        label={t('auth.newPassword')}
        hint={t('auth.passwordHint')}
        error={errors.password}
        autoComplete="new-password"
      />
      {error && <ErrorNote error={error} />}
      <Button type="submit" look="primary" isBusy={isPending} className="w-full">
        {t('auth.savePassword')}
      </Button>
    </form>
  )
}
