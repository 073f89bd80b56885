import { CircleStop, X } from 'lucide-react'

import { useI18n } from '@/i18n'

import type { Action } from './reducer'
import type { Upload } from './upload'

interface LeaveProps {
  upload: Upload
  dispatch: (action: Action) => void
}

/** The button that stops sending a file, or takes it off the page. A picture that is being recorded has neither. */
export function Leave({ upload, dispatch }: LeaveProps) {
  const { t } = useI18n()
  const { id, file, step, wish } = upload
  const canStop = step === 'checking' || step === 'queued' || step === 'sending'
  const canRemove = step === 'stopped' || step === 'failed' || (step === 'sent' && !wish)
  if (!canStop && !canRemove) return null
  const action = canStop ? t('upload.stop') : t('upload.remove')
  const Icon = canStop ? CircleStop : X
  return (
    <button
      type="button"
      title={action}
      aria-label={t('upload.ofFile', { action, name: file.name })}
      onClick={({ detail, currentTarget }) => {
        // The second half of a double click on stopping would remove.
        if (detail > 1) return
        if (canRemove) focusNeighbour(currentTarget)
        dispatch(canStop ? { type: 'stopped', id } : { type: 'removed', ids: [id] })
      }}
      className="-mt-2 -mr-2 flex size-11 shrink-0 items-center justify-center rounded-full text-muted hover:bg-surface hover:text-ink"
    >
      <Icon aria-hidden className="size-5" />
    </button>
  )
}

/** The focus does not go away with the file: it goes to the next one, or else to where files are chosen. */
function focusNeighbour(button: HTMLElement) {
  const card = button.closest('li')
  const neighbour = card?.nextElementSibling ?? card?.previousElementSibling ?? document.getElementById('main')
  neighbour?.querySelector<HTMLElement>('button, input')?.focus()
}
