import type { Interceptor } from '@connectrpc/connect'
import { onlineManager } from '@tanstack/react-query'
import { useSyncExternalStore } from 'react'

import { backoffMs, pause } from './pause'
import { refusalOf, UNREACHABLE } from './refusal'

const ANSWER_WITHIN_MS = 5_000

type Probe = () => Promise<boolean>

/**
 * Whether the server can be reached. A browser only guesses (it may be online without a way to the server, and offline
 * beside it), so on any doubt the server itself is asked, and then again and again until it answers. Queries pause
 * meanwhile and go on by themselves: TanStack's `onlineManager` is told, not the browser's events.
 */
export class Connection {
  readonly #probe: Probe
  /** Who asks at the moment; what an earlier one hears counts no more. */
  #asking: symbol | undefined
  #waking = new AbortController()

  constructor(probe: Probe = askServer) {
    this.#probe = probe
    onlineManager.setEventListener(() => {
      const check = () => this.check()
      addEventListener('offline', check)
      addEventListener('online', check)
      return () => {
        removeEventListener('offline', check)
        removeEventListener('online', check)
      }
    })
  }

  /** For calls that got no answer, and for who does not want to wait any longer. */
  readonly check = () => {
    this.#waking.abort()
    if (!this.#asking) void this.#askUntilAnswered()
  }

  /** For calls that got an answer: nobody needs to ask any more. */
  readonly confirm = () => {
    this.#asking = undefined
    this.#waking.abort()
    onlineManager.setOnline(true)
  }

  async #askUntilAnswered() {
    const asking = (this.#asking = Symbol('asking'))
    for (let failures = 0; this.#asking === asking; failures++) {
      const answers = await this.#probe()
      if (this.#asking !== asking) return
      if (answers) this.confirm()
      else await this.#waitFor(backoffMs(failures))
    }
  }

  #waitFor(ms: number) {
    onlineManager.setOnline(false)
    this.#waking = new AbortController()
    return pause(ms, this.#waking.signal)
  }
}

/** What stands between may answer with an error of its own. */
async function askServer(): Promise<boolean> {
  try {
    const signal = AbortSignal.timeout(ANSWER_WITHIN_MS)
    const { ok } = await fetch('/app/config.json', { method: 'HEAD', cache: 'no-store', signal })
    return ok
  } catch {
    return false
  }
}

/** Doubts the connection when a call gets no answer, and trusts it as soon as one does. */
export function observe({ check, confirm }: Pick<Connection, 'check' | 'confirm'>): Interceptor {
  return (next) => async (request) => {
    try {
      const response = await next(request)
      confirm()
      return response
    } catch (error) {
      if ([UNREACHABLE, 'DEADLINE_EXCEEDED'].includes(refusalOf(error).reason)) check()
      throw error
    }
  }
}

export function useIsReachable(): boolean {
  return useSyncExternalStore(
    (listener) => onlineManager.subscribe(listener),
    () => onlineManager.isOnline(),
  )
}
