import type { Transport } from '@connectrpc/connect'
import { useTransport } from '@connectrpc/connect-query'
import { useQueryClient } from '@tanstack/react-query'
import { useEffect, useSyncExternalStore } from 'react'

import { useIsReachable } from '@/api/connection'
import { useConfig } from '@/app/ConfigContext'
import { useSession } from '@/auth'
import { useI18n } from '@/i18n'
import { toast } from '@/ui/toasts'

import { Drafts } from './drafts'
import { browserStore } from './draftStore'
import { Uploader } from './uploader'
import { realWork } from './work'

interface Current {
  userId: string
  transport: Transport
  uploader: Uploader
  drafts: Drafts
}

let current: Current | undefined

/** One for each person and tab, so that leaving the page does not end what is under way. */
function currentOf(userId: string, parts: Parameters<typeof realWork>): Current {
  const [transport] = parts
  if (current?.userId === userId && current.transport === transport) return current
  current?.uploader.stop()
  const uploader = new Uploader(realWork(...parts))
  const drafts = new Drafts(uploader, browserStore(userId))
  current = { userId, transport, uploader, drafts }
  return current
}

export function useUploader() {
  const { t } = useI18n()
  // The page is not shown to who is not signed in; between signing out and leaving it, nobody has nothing.
  const userId = useSession()?.userId ?? ''
  const { uploader, drafts } = currentOf(userId, [useTransport(), useQueryClient(), useConfig().pictures])
  const isReachable = useIsReachable()
  const state = useSyncExternalStore(uploader.subscribe, uploader.state)
  // Whatever failed for want of an answer goes on when there is one again.
  useEffect(() => {
    if (isReachable) uploader.retryWhatPasses()
  }, [isReachable, uploader])
  useEffect(() => {
    void drafts.failed.then(() => toast(t('upload.notRemembered')))
  }, [drafts, t])
  useEffect(() => {
    void drafts.restored.then((count) => {
      if (count > 0 && drafts.tellsRestored()) toast(t('upload.restored', { count }))
    })
  }, [drafts, t])
  return { ...state, dispatch: uploader.dispatch }
}
