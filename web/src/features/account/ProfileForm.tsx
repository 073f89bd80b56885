import { Link } from '@tanstack/react-router'

import { ProfileFields } from '@/account/ProfileFields'
import { profileRules } from '@/account/profile'
import { useCommand } from '@/api/useCommand'
import { AccountCommandService } from '@/gen/picasso/commands/v1/account_pb'
import type { Account } from '@/gen/picasso/queries/v1/account_pb'
import { useI18n } from '@/i18n'
import { Button } from '@/ui/Button'
import { ErrorNote } from '@/ui/ErrorNote'
import { toast } from '@/ui/toasts'
import { useForm, wrong } from '@/ui/useForm'

interface Profile extends Record<string, string> {
  displayName: string
  bio: string
}

export function ProfileForm({ account }: { account: Account }) {
  const { t } = useI18n()
  const rule = profileRules(t)
  const change = useCommand(AccountCommandService.method.changeProfile, {
    onDone: () => toast(t('account.saved')),
    tellsErrors: true,
  })
  const { errors, formProps } = useForm<Profile>({
    validate: ({ displayName, bio }) => wrong({ displayName: rule.displayName(displayName), bio: rule.bio(bio) }),
    draft: `profile.${account.userId}`,
    submit: ({ displayName, bio }) => change.run({ displayName: displayName.trim(), bio: bio.trim() }),
  })
  const { handle } = account
  return (
    <form {...formProps} className="space-y-5">
      <ProfileFields errors={errors} profile={account} />
      <p className="text-sm text-muted">
        {t('account.handleFixed', { handle })}{' '}
        <Link to="/artists/$handle" params={{ handle }} className="text-ink underline">
          {t('account.toProfile')}
        </Link>
      </p>
      {change.error && <ErrorNote error={change.error} />}
      <Button type="submit" look="primary" isBusy={change.isPending}>
        {t('account.save')}
      </Button>
    </form>
  )
}
