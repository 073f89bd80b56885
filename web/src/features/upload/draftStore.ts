import { createStore, del, entries, set } from 'idb-keyval'

/** What keeps drafts beyond the page. */
export interface DraftStore {
  entries: () => Promise<[string, unknown][]>
  set: (key: string, value: unknown) => Promise<void>
  del: (key: string) => Promise<void>
  /** Whether this tab may take a draft: another that is still open has its own. */
  claim: (id: string) => Promise<boolean>
}

/** The browser's own database. */
export function browserStore(userId: string): DraftStore {
  const store = createStore(`picasso.uploads.${userId}`, 'drafts')
  return {
    entries: () => entries<string, unknown>(store),
    set: (key, value) => set(key, value, store),
    del: (key) => del(key, store),
    claim,
  }
}

const claimed = new Set<string>()

async function claim(id: string): Promise<boolean> {
  // Without https there are no locks.
  if (claimed.has(id) || !('locks' in navigator)) return true
  const isMine = await new Promise<boolean>((resolve, reject) => {
    const hold = (lock: Lock | null) => {
      resolve(lock !== null)
      // Held until the tab is closed.
      return lock ? new Promise(() => undefined) : undefined
    }
    navigator.locks.request(`picasso.upload.${id}`, { ifAvailable: true }, hold).catch(reject)
  })
  if (isMine) claimed.add(id)
  return isMine
}
