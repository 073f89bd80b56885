import { Link } from '@tanstack/react-router'

import { useIdentity, useSession } from '@/auth'
import { useI18n } from '@/i18n'
import { Button, buttonClass } from '@/ui/Button'

export function SignedIn() {
  const { t } = useI18n()
  const identity = useIdentity()
  const email = useSession()?.email ?? ''
  return (
    <div className="space-y-4">
      <p className="break-words">{t('account.sessionText', { email })}</p>
      <div className="flex flex-wrap gap-3">
        <Link to="/forgotten-password" className={buttonClass()}>
          {t('account.newPassword')}
        </Link>
        <Button onClick={() => void identity.signOut()}>{t('auth.signOut')}</Button>
      </div>
    </div>
  )
}
