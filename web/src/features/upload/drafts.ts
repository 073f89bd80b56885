import type { Shared } from './details'
import type { DraftStore } from './draftStore'
import type { State } from './reducer'
import { isDone, type Upload } from './upload'
import type { Uploader } from './uploader'

type Draft = Omit<Upload, 'file' | 'failure' | 'sentBytes' | 'isPaused'>

const KEPT_FOR_MS = 7 * 86_400_000

/**
 * Keeps files and words until they have become pictures, over reloads, crashes and signing in again. A file is written
 * once, since the browser copies it; what is said of it whenever it changes.
 */
export class Drafts {
  #kept: State = { uploads: [], shared: {} }
  #last: Promise<unknown> = Promise.resolve()
  #fail: () => void = () => undefined
  /** Ends when something could not be kept. */
  readonly failed = new Promise<void>((resolve) => {
    this.#fail = resolve
  })
  /** How many files of last time there are. */
  readonly restored: Promise<number>

  constructor(
    private readonly uploader: Uploader,
    private readonly store: DraftStore,
  ) {
    this.restored = this.#restore().catch(() => {
      this.#fail()
      return 0
    })
  }

  #isTold = false

  /** True once: it is told once. */
  tellsRestored(): boolean {
    const isNew = !this.#isTold
    this.#isTold = true
    return isNew
  }

  async #restore(): Promise<number> {
    const found = new Map(await this.store.entries())
    const uploads: Upload[] = []
    for (const key of [...found.keys()].filter((key) => key.startsWith('words/')).sort()) {
      const draft = found.get(key) as Draft
      const file = found.get(`file/${draft.id}`) as File | undefined
      if (!(await this.store.claim(draft.id))) continue
      if (file && Date.now() - madeAtMs(draft.id) < KEPT_FOR_MS) uploads.push(resumed(draft, file))
      else await this.#forget(draft.id)
    }
    const shared = found.get('shared') as Partial<Shared> | undefined
    // What has been typed in the meantime is newer.
    const state = this.uploader.state()
    this.#kept = { uploads, shared: {} }
    this.uploader.subscribe(() => this.#keep(this.uploader.state()))
    this.uploader.dispatch({ type: 'shared', shared: { ...shared, ...state.shared } })
    this.uploader.dispatch({ type: 'added', uploads })
    return uploads.length
  }

  #keep(state: State) {
    const before = new Map(this.#kept.uploads.map((upload) => [upload.id, upload]))
    const now = state.uploads.filter((upload) => !isDone(upload))
    for (const upload of now) {
      const old = before.get(upload.id)
      before.delete(upload.id)
      if (!old) this.#queue(() => this.#add(upload))
      else if (hasChanged(old, upload)) this.#queue(() => this.store.set(`words/${upload.id}`, draftOf(upload)))
    }
    for (const id of before.keys()) this.#queue(() => this.#forget(id))
    if (state.shared !== this.#kept.shared) this.#queue(() => this.store.set('shared', state.shared))
    this.#kept = { uploads: now, shared: state.shared }
  }

  async #add(upload: Upload) {
    await this.store.claim(upload.id)
    await this.store.set(`file/${upload.id}`, upload.file)
    await this.store.set(`words/${upload.id}`, draftOf(upload))
  }

  async #forget(id: string) {
    await this.store.del(`words/${id}`)
    await this.store.del(`file/${id}`)
  }

  /** One after the other, so that the newest stands at the end. */
  #queue(write: () => Promise<void>) {
    this.#last = this.#last.then(write).catch(this.#fail)
  }
}

function hasChanged(old: Upload, upload: Upload): boolean {
  const { sentBytes: _old, ...before } = old
  const { sentBytes: _new, ...after } = upload
  return Object.keys({ ...before, ...after }).some(
    (key) => before[key as keyof Draft] !== after[key as keyof Draft],
  )
}

function draftOf({ file: _file, failure, sentBytes: _sent, isPaused: _paused, ...draft }: Upload): Draft {
  // A command whose answer is not known is repeated under its id, and with the same words.
  return { ...draft, step: failure?.at === 'finishing' || draft.step === 'finishing' ? 'sent' : draft.step }
}

function resumed(draft: Draft, file: File): Upload {
  const { step, facts } = draft
  if (step === 'sent' || step === 'stopped') return { ...draft, file, sentBytes: file.size }
  return { ...draft, file, sentBytes: 0, step: facts ? 'queued' : 'checking' }
}

/** A UUID of version 7 begins with its time. */
const madeAtMs = (id: string) => parseInt(id.replaceAll('-', '').slice(0, 12), 16)
