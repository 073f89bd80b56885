import { useCommand } from '@/api/useCommand'
import { AccountCommandService } from '@/gen/picasso/commands/v1/account_pb'
import type { Notifications } from '@/gen/picasso/queries/v1/account_pb'
import { useI18n } from '@/i18n'
import { Button } from '@/ui/Button'
import { ErrorNote } from '@/ui/ErrorNote'
import { toast } from '@/ui/toasts'
import { useForm } from '@/ui/useForm'

const KINDS = ['sales', 'likes'] as const

/** Which letters one wants; all until one has chosen. */
export function LettersForm({ chosen }: { chosen: Notifications | undefined }) {
  const { t } = useI18n()
  const choose = useCommand(AccountCommandService.method.chooseNotifications, {
    onDone: () => toast(t('account.saved')),
    tellsErrors: true,
  })
  // A box that is not ticked is no value of the form.
  const { formProps } = useForm<Record<string, string>>({
    validate: () => ({}),
    submit: (ticked) => choose.run({ sales: 'sales' in ticked, likes: 'likes' in ticked }),
  })
  return (
    <form {...formProps} className="space-y-4">
      {KINDS.map((kind) => (
        <label key={kind} className="flex min-h-11 cursor-pointer items-center gap-3">
          <input
            type="checkbox"
            name={kind}
            defaultChecked={chosen?.[kind] ?? true}
            className="size-5 shrink-0 accent-accent"
          />
          {t(`account.${kind}`)}
        </label>
      ))}
      {choose.error && <ErrorNote error={choose.error} />}
      <Button type="submit" isBusy={choose.isPending}>
        {t('account.save')}
      </Button>
    </form>
  )
}
