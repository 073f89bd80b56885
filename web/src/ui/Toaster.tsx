import * as Radix from '@radix-ui/react-toast'
import { X } from 'lucide-react'

import { useI18n } from '@/i18n'

import { dismiss, useToasts } from './toasts'

/** Shows toasts in a live region; F8 moves the focus there. An error stays until it is closed. */
export function Toaster() {
  const { t } = useI18n()
  return (
    <Radix.Provider label={t('common.notifications')} duration={6000}>
      {useToasts().map(({ id, text, kind }) => (
        <Radix.Root
          key={id}
          type={kind === 'error' ? 'foreground' : 'background'}
          duration={kind === 'error' ? Infinity : undefined}
          data-kind={kind}
          onOpenChange={(isOpen) => !isOpen && dismiss(id)}
          className={`flex items-start gap-3 rounded-card border p-4 shadow-raised ${kind === 'error' ? 'border-danger bg-danger-surface text-danger' : 'border-line bg-raised'}`}
        >
          <Radix.Description className="grow text-sm">{text}</Radix.Description>
          <Radix.Close aria-label={t('common.close')} className="-m-2 rounded-full p-2">
            <X aria-hidden className="size-4" />
          </Radix.Close>
        </Radix.Root>
      ))}
      <Radix.Viewport className="fixed inset-x-4 bottom-(--above-bar) z-50 ml-auto flex max-w-sm flex-col gap-2" />
    </Radix.Provider>
  )
}
