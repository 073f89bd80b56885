import { Eye, EyeOff } from 'lucide-react'
import { useState } from 'react'

import { useI18n } from '@/i18n'
import { Field } from '@/ui/Field'

interface PasswordFieldProps {
  label: string
  hint?: string
  error?: string
  /** What a password manager is to do: fill in the old one, or suggest a new one. */
  autoComplete: 'current-password' | 'new-password'
}

export function PasswordField(props: PasswordFieldProps) {
  const { t } = useI18n()
  const [isShown, setIsShown] = useState(false)
  const Icon = isShown ? EyeOff : Eye
  const toggle = (
    <button
      type="button"
      aria-label={t(isShown ? 'auth.hidePassword' : 'auth.showPassword')}
      onClick={() => setIsShown(!isShown)}
      className="rounded-lg border border-outline px-3 hover:bg-surface"
    >
      <Icon aria-hidden className="size-5" />
    </button>
  )
  return <Field name="password" type={isShown ? 'text' : 'password'} required after={toggle} {...props} />
}
