import { useRef } from 'react'

import { useI18n } from '@/i18n'
import { Button } from '@/ui/Button'

import type { Action } from './reducer'
import { doneIds } from './turns'
import { isOpen, isUnderWay, type Step, type Upload } from './upload'

interface FinishBarProps {
  uploads: readonly Upload[]
  /** Some fields are wrong, and finishing was asked for. */
  hasErrors: boolean
  onFinish: (publish: boolean) => boolean
  dispatch: (action: Action) => void
}

const SENT: readonly Step[] = ['sent', 'finishing', 'kept', 'published']

/** What is done with all pictures, and how far they are, told politely whenever one more is sent or done. */
export function FinishBar({ uploads, hasErrors, onFinish, dispatch }: FinishBarProps) {
  const { t } = useI18n()
  const open = uploads.filter(isOpen).length
  const done = doneIds(uploads)
  const sent = uploads.filter(({ step }) => SENT.includes(step)).length
  const progress = [
    t('upload.progress', { done: sent, count: uploads.length }),
    done.length > 0 ? t('upload.done', { count: done.length }) : undefined,
  ]
  const status = useRef<HTMLParagraphElement>(null)
  // The pressed button goes away.
  const finish = (publish: boolean) => onFinish(publish) && status.current?.focus()
  const isEmpty = uploads.length === 0
  return (
    <div className={isEmpty ? '' : BAR} data-bottom-bar={isEmpty ? undefined : ''}>
      <div className="w-full text-sm sm:mr-auto sm:w-auto">
        <p ref={status} tabIndex={-1} role="status" className="text-muted">
          {!isEmpty && progress.filter(Boolean).join(' · ')}
        </p>
        {hasErrors && (
          <p role="alert" className="text-danger">
            {t('upload.checkFields')}
          </p>
        )}
        {open > 0 && uploads.some(isUnderWay) && <p className="text-muted">{t('upload.afterSending')}</p>}
      </div>
      {done.length > 0 && (
        <Button look="quiet" onClick={() => dispatch({ type: 'removed', ids: done })}>
          {t('upload.clear')}
        </Button>
      )}
      {open > 0 && (
        <>
          <Button className="grow px-4 whitespace-nowrap sm:grow-0" onClick={() => finish(false)}>
            {t('upload.keep')}
          </Button>
          <Button look="primary" className="grow px-4 whitespace-nowrap sm:grow-0" onClick={() => finish(true)}>
            {t('upload.publish', { count: open })}
          </Button>
        </>
      )}
    </div>
  )
}

/** In a low window it would cover what is being typed. */
const BAR =
  'bottom-0 z-10 -mx-4 flex flex-wrap items-center gap-3 border-t border-line bg-ground px-4 py-3 [@media(min-height:36rem)]:sticky'
