import { useI18n } from '@/i18n'
import { Button } from '@/ui/Button'
import { ErrorNote } from '@/ui/ErrorNote'
import { useForm, wrong } from '@/ui/useForm'

import { EmailField } from './EmailField'
import { PasswordField } from './PasswordField'
import { ADDRESS_DRAFT, type Credentials, rules } from './rules'

interface CredentialsFormProps {
  isNew: boolean
  isBusy: boolean
  error: Error | null
  /** Answers whether one is in. */
  onSubmit: (credentials: Credentials) => Promise<boolean>
}

/** E-mail address and password, to sign in or up with. */
export function CredentialsForm({ isNew, isBusy, error, onSubmit }: CredentialsFormProps) {
  const { t } = useI18n()
  const rule = rules(t)
  const { errors, formProps } = useForm<Credentials>({
    validate: ({ email, password }) =>
      wrong({ email: rule.email(email), password: (isNew ? rule.newPassword : rule.password)(password) }),
    draft: ADDRESS_DRAFT,
    submit: ({ email, password }) => onSubmit({ email: email.trim(), password }),
  })
  return (
    <form {...formProps} className="space-y-5">
      <EmailField error={errors.email} />
      <PasswordField
        label={t('auth.password')}
        hint={isNew ? t('auth.passwordHint') : undefined}
        error={errors.password}
        autoComplete={isNew ? 'new-password' : 'current-password'}
      />
      {error && <ErrorNote error={error} />}
      <Button type="submit" look="primary" isBusy={isBusy} className="w-full">
        {t(isNew ? 'auth.signUp' : 'auth.signIn')}
      </Button>
    </form>
  )
}
