import { pause } from '@/api/pause'

import type { Facts } from './inspect'
import { waitMs } from './patience'
import { type Action, EMPTY, reduce, type State } from './reducer'
import { due } from './turns'
import { remedyFor, type Ticket, type Upload } from './upload'

/** What is done for one file, step by step; each ends early when its signal is aborted. */
export interface Work {
  inspect: (file: File, signal: AbortSignal) => Promise<Facts>
  start: (upload: Upload, signal: AbortSignal) => Promise<Ticket>
  put: (upload: Upload, signal: AbortSignal, onProgress: (sentBytes: number) => void) => Promise<void>
  /** Records the picture, and publishes it if that is wished. */
  finish: (upload: Upload, onRecorded: () => void) => Promise<void>
}

/** Does the work that the state calls for. It outlives the page: who looks around meanwhile goes on sending. */
export class Uploader {
  #state = EMPTY
  #isStopped = false
  readonly #running = new Map<string, { step: Upload['step']; abort: AbortController }>()
  readonly #listeners = new Set<() => void>()

  constructor(
    private readonly work: Work,
    private readonly sleep: (ms: number, signal: AbortSignal) => Promise<void> = pause,
  ) {}

  readonly state = (): State => this.#state

  readonly subscribe = (listener: () => void) => {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  readonly dispatch = (action: Action) => {
    if (this.#isStopped) return
    this.#state = reduce(this.#state, action)
    this.#abortWhatIsUnwanted()
    this.#beginWhatIsDue()
    this.#listeners.forEach((listener) => listener())
  }

  /** Once more for everything that the network or the server was the reason of. */
  readonly retryWhatPasses = () => {
    const failed = this.#state.uploads.filter(({ step, failure }) => step === 'failed' && failure)
    failed
      .filter(({ failure }) => remedyFor(failure?.error) === 'again')
      .forEach(({ id }) => this.dispatch({ type: 'retried', id }))
  }

  /** Somebody else has signed in: nothing goes on under their name. */
  stop() {
    this.#isStopped = true
    this.#running.forEach(({ abort }) => abort.abort())
    this.#running.clear()
    this.#state = EMPTY
    this.#listeners.clear()
  }

  #abortWhatIsUnwanted() {
    for (const [id, { step, abort }] of this.#running) {
      if (this.#find(id)?.step === step) continue
      this.#running.delete(id)
      abort.abort()
    }
  }

  #beginWhatIsDue() {
    const begun = due(this.#state.uploads)
    for (const { id } of begun) this.#state = reduce(this.#state, { type: 'began', id })
    for (const upload of this.#state.uploads) {
      const isWork = ['checking', 'sending', 'finishing'].includes(upload.step)
      if (isWork && !this.#running.has(upload.id)) void this.#run(upload)
    }
  }

  async #run({ id, step }: Upload) {
    const abort = new AbortController()
    this.#running.set(id, { step, abort })
    const ended = await this.#persist(id, step, abort.signal).catch((error: unknown): Action => ({
      type: 'failed',
      id,
      error,
    }))
    if (abort.signal.aborted) return
    this.#running.delete(id)
    this.dispatch(ended)
  }

  /** Tries again, later each time, what may pass by itself. */
  async #persist(id: string, step: Upload['step'], signal: AbortSignal): Promise<Action> {
    for (let failures = 0; ; failures++) {
      try {
        return await this.#step(id, step, signal)
      } catch (error) {
        const wait = waitMs(failures, error as Error)
        if (signal.aborted || wait === undefined) throw error
        this.dispatch({ type: 'paused', id, isPaused: true })
        await this.sleep(wait, signal)
        signal.throwIfAborted()
        this.dispatch({ type: 'paused', id, isPaused: false })
      }
    }
  }

  async #step(id: string, step: Upload['step'], signal: AbortSignal): Promise<Action> {
    const upload = this.#find(id)
    if (!upload) throw new Error('a removed file is not worked on')
    switch (step) {
      case 'checking':
        return { type: 'inspected', id, facts: await this.work.inspect(upload.file, signal) }
      case 'sending': {
        const ticket = await this.#ticketFor(upload, signal)
        await this.work.put({ ...upload, ticket }, signal, (sentBytes) => {
          if (!signal.aborted) this.dispatch({ type: 'progressed', id, sentBytes })
        })
        return { type: 'received', id }
      }
      default:
        await this.work.finish(upload, () => this.dispatch({ type: 'recorded', id }))
        return { type: 'finished', id }
    }
  }

  async #ticketFor(upload: Upload, signal: AbortSignal): Promise<Ticket> {
    if (upload.ticket && upload.ticket.expiresAtMs > Date.now()) return upload.ticket
    const ticket = await this.work.start(upload, signal)
    if (!signal.aborted) this.dispatch({ type: 'ticketed', id: upload.id, ticket })
    return ticket
  }

  #find(id: string) {
    return this.#state.uploads.find((upload) => upload.id === id)
  }
}
