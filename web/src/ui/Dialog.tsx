import { X } from 'lucide-react'
import { type ReactNode, useEffect, useId, useRef } from 'react'

import { useI18n } from '@/i18n'

interface DialogProps {
  title: string
  isOpen: boolean
  onClose: () => void
  children: ReactNode
}

/**
 * The browser's own modal dialog: it keeps the focus inside, closes on Escape and gives the focus back. (Libraries for it
 * lock scrolling by an injected style element, which our content security policy does not allow.)
 */
export function Dialog({ title, isOpen, onClose, children }: DialogProps) {
  const { t } = useI18n()
  const titleId = useId()
  const dialog = useRef<HTMLDialogElement>(null)
  useEffect(() => {
    if (isOpen) dialog.current?.showModal()
    else dialog.current?.close()
  }, [isOpen])
  return (
    <dialog
      ref={dialog}
      aria-labelledby={titleId}
      onClose={onClose}
      className="m-auto w-[min(32rem,calc(100vw-2rem))] rounded-card bg-raised p-6 text-ink shadow-raised backdrop:bg-scrim"
    >
      {isOpen && (
        <>
          <div className="mb-4 flex items-start justify-between gap-4">
            <h2 id={titleId} className="text-xl font-semibold">
              {title}
            </h2>
            <button
              type="button"
              onClick={onClose}
              aria-label={t('common.close')}
              className="-m-2 rounded-full p-3 hover:bg-surface"
            >
              <X aria-hidden className="size-5" />
            </button>
          </div>
          {children}
        </>
      )}
    </dialog>
  )
}
