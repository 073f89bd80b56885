import { refusalOf } from '@/api/refusal'
import { errorText, useI18n } from '@/i18n'

import { Button } from './Button'
import { CopyButton } from './CopyButton'

interface ErrorNoteProps {
  error: unknown
  onRetry?: () => unknown
}

/** What only operators can do something about. */
const OURS = new Set([
  'INTERNAL',
  'SERVICE_UNAVAILABLE',
  'DEADLINE_EXCEEDED',
  'MALFORMED_MESSAGE',
  'UNKNOWN_METHOD',
])

/** What went wrong, read out at once; with the number that finds it in the server's log when only that helps. */
export function ErrorNote({ error, onRetry }: ErrorNoteProps) {
  const { t } = useI18n()
  const { reason, correlationId } = refusalOf(error)
  return (
    <div
      role="alert"
      className="space-y-3 rounded-lg border border-danger bg-danger-surface p-4 text-sm text-danger"
    >
      <p>{errorText(t, error)}</p>
      {correlationId && OURS.has(reason) && (
        <div className="flex flex-wrap items-center gap-3">
          <p className="min-w-0 break-words">{t('common.correlationId', { id: correlationId })}</p>
          <CopyButton text={correlationId} />
        </div>
      )}
      {onRetry && <Button onClick={() => void onRetry()}>{t('common.retry')}</Button>}
    </div>
  )
}
