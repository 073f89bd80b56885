import { useIsFetching, useIsMutating } from '@tanstack/react-query'
import { type ReactNode, useEffect, useState } from 'react'

import { type Connection, useIsReachable } from '@/api/connection'
import { useI18n } from '@/i18n'
import { Button } from '@/ui/Button'

/** How long something may take until people are told that it is still under way. */
export const SLOW_MS = 6_000

/** Says when the server cannot be reached, and when it is slow; nothing moves on the page for it. */
export function ConnectionBanner({ connection }: { connection: Pick<Connection, 'check'> }) {
  const { t } = useI18n()
  const isReachable = useIsReachable()
  const isSlow = useIsSlow()
  return (
    <div
      role="status"
      className="pointer-events-none fixed inset-x-4 bottom-(--above-bar) z-40 flex justify-center sm:top-20 sm:bottom-auto print:hidden"
    >
      {!isReachable ? (
        <Note>
          <p>{t(navigator.onLine ? 'common.unreachable' : 'common.offline')}</p>
          <Button className="shrink-0" onClick={connection.check}>
            {t('common.retry')}
          </Button>
        </Note>
      ) : (
        isSlow && (
          <Note>
            <p>{t('common.slow')}</p>
          </Note>
        )
      )}
    </div>
  )
}

function Note({ children }: { children: ReactNode }) {
  return (
    <div className="pointer-events-auto flex max-w-xl items-center gap-4 rounded-card border border-outline bg-raised px-4 py-2.5 text-sm shadow-raised">
      {children}
    </div>
  )
}

/** Something that people wait for: the first sight of something, or a command. */
function useIsSlow() {
  const first = useIsFetching({
    predicate: ({ state }) => state.data === undefined && state.fetchStatus === 'fetching',
  })
  const isWaiting = first + useIsMutating() > 0
  const [isSlow, setSlow] = useState(false)
  useEffect(() => {
    if (!isWaiting) return
    const timer = setTimeout(() => setSlow(true), SLOW_MS)
    return () => {
      clearTimeout(timer)
      setSlow(false)
    }
  }, [isWaiting])
  return isSlow
}
