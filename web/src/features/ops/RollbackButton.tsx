import { useState } from 'react'

import type { Generation } from '@/gen/picasso/operations/v1/operations_pb'
import { useI18n } from '@/i18n'
import { Button } from '@/ui/Button'
import { Dialog } from '@/ui/Dialog'

interface RollbackButtonProps {
  to: Generation
  isBusy: boolean
  disabled: boolean
  onConfirm: () => void
}

/** Asks first: unlike a rebuild, this changes what readers see. */
export function RollbackButton({ to, onConfirm, ...button }: RollbackButtonProps) {
  const { t } = useI18n()
  const [isOpen, setIsOpen] = useState(false)
  const close = () => setIsOpen(false)
  const confirm = () => {
    close()
    onConfirm()
  }
  return (
    <>
      <Button look="danger" {...button} onClick={() => setIsOpen(true)}>
        {t('ops.rollback')}
      </Button>
      <Dialog title={t('ops.rollbackTitle', { number: to.number })} isOpen={isOpen} onClose={close}>
        <p>{t('ops.rollbackText', { fold: to.foldVersion })}</p>
        <div className="mt-6 flex flex-wrap justify-end gap-3">
          <Button onClick={close}>{t('common.cancel')}</Button>
          <Button look="danger" onClick={confirm}>
            {t('ops.rollback')}
          </Button>
        </div>
      </Dialog>
    </>
  )
}
