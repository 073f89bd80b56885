import { Link } from '@tanstack/react-router'
import { CircleAlert, CircleCheck } from 'lucide-react'

import { refusalOf } from '@/api/refusal'
import { errorText, type Translate, useI18n } from '@/i18n'
import type { Format } from '@/i18n/format'
import { Button } from '@/ui/Button'
import { Progress } from '@/ui/Progress'

import { FileUnreadable } from './inspect'
import type { Action } from './reducer'
import { isDone, remedyFor, type Upload } from './upload'

interface FileStatusProps {
  upload: Upload
  dispatch: (action: Action) => void
}

/** Where a file stands, and what can be done about that. */
export function FileStatus({ upload, dispatch }: FileStatusProps) {
  const { t, format } = useI18n()
  const { file, failure, step, sentBytes, ticket } = upload
  const seeIt = t('upload.ofFile', { action: t('upload.look'), name: file.name })
  return (
    <div className="space-y-2">
      {failure ? (
        <p role="alert" className="flex gap-2 text-sm text-danger">
          <CircleAlert aria-hidden className="mt-0.5 size-4 shrink-0" />
          {failureText(upload, t, format)}
        </p>
      ) : (
        <p className={`flex gap-2 text-sm ${isDone(upload) ? 'text-success' : 'text-muted'}`}>
          {isDone(upload) && <CircleCheck aria-hidden className="mt-0.5 size-4 shrink-0" />}
          {stepText(upload, t, format)}
        </p>
      )}
      {step === 'sending' && (
        <Progress label={t('upload.progressOf', { name: file.name })} value={sentBytes} max={file.size} />
      )}
      {step === 'published' && ticket && (
        <Link to="/pictures/$id" params={{ id: ticket.pictureId }} className={LINK} aria-label={seeIt}>
          {t('upload.look')}
        </Link>
      )}
      {step === 'kept' && (
        <Link to="/studio" className={LINK}>
          {t('upload.toStudio')}
        </Link>
      )}
      <Again upload={upload} dispatch={dispatch} />
    </div>
  )
}

const LINK = 'inline-flex min-h-11 items-center text-sm font-semibold underline'

function Again({ upload, dispatch }: FileStatusProps) {
  const { t } = useI18n()
  const { id, file, step, failure } = upload
  const isFailed = step === 'failed' && remedyFor(failure?.error) !== 'none'
  if (!isFailed && step !== 'stopped') return null
  const label = isFailed ? t('common.retry') : t('upload.goOn')
  return (
    <Button
      aria-label={t('upload.ofFile', { action: label, name: file.name })}
      onClick={() => dispatch({ type: 'retried', id })}
    >
      {label}
    </Button>
  )
}

function failureText({ failure, file }: Upload, t: Translate, format: Format): string {
  if (failure?.error instanceof FileUnreadable) return t('upload.unreadable')
  const { reason, metadata, correlationId } = refusalOf(failure?.error)
  if (reason === 'UPLOAD_SIZE') {
    return t('upload.tooLarge', { size: format.bytes(file.size), limit: format.bytes(Number(metadata.max_bytes)) })
  }
  const text = errorText(t, failure?.error)
  return reason === 'INTERNAL' && correlationId
    ? `${text} ${t('common.correlationId', { id: correlationId })}`
    : text
}

function stepText({ step, isPaused, wish, file, sentBytes, facts }: Upload, t: Translate, format: Format): string {
  if (isPaused) return t('upload.paused')
  switch (step) {
    case 'sending':
      return t('upload.sending', { sent: format.bytes(sentBytes), total: format.bytes(file.size) })
    case 'sent':
      if (wish) return t('upload.waitsToFinish')
      return `${t('upload.sent')} · ${format.bytes(file.size)}${facts ? ` · ${sides(facts)}` : ''}`
    case 'failed':
      return ''
    default:
      return t(`upload.${step}`)
  }
}

const sides = ({ width, height }: { width: number; height: number }) => `${String(width)} × ${String(height)}`
