import { getRouteApi } from '@tanstack/react-router'

import { ProfileFields } from '@/account/ProfileFields'
import { profileRules } from '@/account/profile'
import { refusalOf } from '@/api/refusal'
import { useCommand } from '@/api/useCommand'
import { useSession } from '@/auth'
import { AccountCommandService } from '@/gen/picasso/commands/v1/account_pb'
import { errorText, useI18n } from '@/i18n'
import { Button } from '@/ui/Button'
import { ErrorNote } from '@/ui/ErrorNote'
import { Field } from '@/ui/Field'
import { Page } from '@/ui/Page'
import { toast } from '@/ui/toasts'
import { useForm, wrong } from '@/ui/useForm'

import { useGoOn } from './useGoOn'

const route = getRouteApi('/register')

interface Profile extends Record<string, string> {
  handle: string
  displayName: string
  bio: string
}

export function RegisterPage() {
  const { t } = useI18n()
  const { next } = route.useSearch()
  const goOn = useGoOn()
  const session = useSession()
  const register = useCommand(AccountCommandService.method.registerAccount, { tellsErrors: true })
  const isTaken = register.error !== null && refusalOf(register.error).reason === 'HANDLE_TAKEN'
  const rule = profileRules(t)
  const { errors, formProps } = useForm<Profile>({
    validate: ({ handle, displayName, bio }) =>
      wrong({ handle: rule.handle(handle), displayName: rule.displayName(displayName), bio: rule.bio(bio) }),
    refused: isTaken ? { handle: errorText(t, register.error) } : {},
    draft: session && `register.${session.userId}`,
    submit: async ({ handle, displayName, bio }) => {
      const profile = { handle: handle.trim(), displayName: displayName.trim(), bio: bio.trim() }
      if (!(await register.run(profile))) return false
      toast(t('auth.registered', { name: profile.displayName }))
      goOn(next)
      return true
    },
  })
  return (
    <Page title={t('auth.registerTitle')} intro={t('auth.registerText')} width="narrow">
      <form {...formProps} className="space-y-5">
        <Field
          label={t('auth.handle')}
          hint={t('auth.handleHint')}
          error={errors.handle}
          name="handle"
          autoComplete="nickname"
          autoCapitalize="none"
          spellCheck={false}
          required
        />
        <ProfileFields errors={errors} />
        {register.error && !isTaken && <ErrorNote error={register.error} />}
        <Button type="submit" look="primary" isBusy={register.isPending} className="w-full">
          {t('auth.register')}
        </Button>
      </form>
    </Page>
  )
}
