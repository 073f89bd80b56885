import { type ReactNode, useRef, useState } from 'react'

import { useI18n } from '@/i18n'

import { Button, type ButtonLook } from './Button'
import { Dialog } from './Dialog'
import { ErrorNote } from './ErrorNote'
import { focusHeading } from './focusHeading'

interface ConfirmButtonProps {
  label: string
  /** The question. */
  title: string
  /** What happens then. */
  children: ReactNode
  isBusy: boolean
  error: unknown
  /** Says whether it was done; the question stays open with the error if not. */
  onConfirm: () => Promise<boolean>
  /** Forgets the error of a former try. */
  onOpen: () => void
  /** The id of the heading of what it is about. The focus goes there once it is done; without one, to the page's. */
  describedBy?: string
  /** Of the button that asks; what is then confirmed always looks like danger. */
  look?: ButtonLook
}

/** A button for what is better asked first. */
export function ConfirmButton({
  label,
  title,
  children,
  isBusy,
  error,
  onConfirm,
  onOpen,
  describedBy,
  look = 'danger',
}: ConfirmButtonProps) {
  const { t } = useI18n()
  const [isOpen, setOpen] = useState(false)
  const isDone = useRef(false)
  const close = () => setOpen(false)
  const onClosed = () => {
    close()
    if (isDone.current) focusHeading(describedBy)
  }
  const open = () => {
    isDone.current = false
    onOpen()
    setOpen(true)
  }
  const confirm = async () => {
    isDone.current = await onConfirm()
    if (isDone.current) close()
  }
  return (
    <>
      <Button look={look} aria-describedby={describedBy} onClick={open}>
        {label}
      </Button>
      <Dialog title={title} isOpen={isOpen} onClose={onClosed}>
        <div className="space-y-4">
          {children}
          {error ? <ErrorNote error={error} /> : null}
          <div className="flex flex-wrap justify-end gap-3 pt-2">
            <Button onClick={close}>{t('common.cancel')}</Button>
            <Button look="danger" isBusy={isBusy} onClick={() => void confirm()}>
              {label}
            </Button>
          </div>
        </div>
      </Dialog>
    </>
  )
}
