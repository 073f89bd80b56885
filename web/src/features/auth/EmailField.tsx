import { useI18n } from '@/i18n'
import { Field } from '@/ui/Field'

/** The address one signs in with. */
export function EmailField({ error }: { error: string | undefined }) {
  const { t } = useI18n()
  return <Field label={t('auth.email')} name="email" type="email" autoComplete="username" required error={error} />
}
