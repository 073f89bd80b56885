import { afterEach, expect, test, vi } from 'vitest'

import { NOTHING_SAID } from './details'
import { Drafts } from './drafts'
import type { DraftStore } from './draftStore'
import { newUpload } from './upload'
import { Uploader, type Work } from './uploader'

afterEach(() => vi.useRealTimers())

const never = () => new Promise<never>(() => undefined)
const IDLE: Work = { inspect: never, start: never, put: never, finish: never }
const DONE: Work = {
  inspect: () => Promise.resolve({ sha256: 'ab', width: 4, height: 3 }),
  start: () => Promise.resolve({ pictureId: 'p', token: 't', url: '/u', headers: {}, expiresAtMs: Infinity }),
  put: () => Promise.resolve(),
  finish: () => Promise.resolve(),
}

/** A database that outlives pages. */
function database(): { kept: Map<string, unknown>; store: DraftStore } {
  const kept = new Map<string, unknown>()
  const store = {
    entries: () => Promise.resolve([...kept]),
    set: vi.fn((key: string, value: unknown) => Promise.resolve(void kept.set(key, value))),
    del: (key: string) => Promise.resolve(void kept.delete(key)),
    claim: () => Promise.resolve(true),
  }
  return { kept, store }
}

async function page(store: DraftStore, work: Work = IDLE) {
  const uploader = new Uploader(work)
  const drafts = new Drafts(uploader, store)
  const count = await drafts.restored
  return { uploader, drafts, count }
}

const upload = (name = 'dusk.jpg') => newUpload(new File(['x'], name))

test('a reloaded page still has the files and what was said of them, and of all', async () => {
  const { kept, store } = database()
  const before = await page(store)
  const added = upload()
  before.uploader.dispatch({ type: 'added', uploads: [added] })
  before.uploader.dispatch({ type: 'written', id: added.id, own: { altText: 'The sea' } })
  before.uploader.dispatch({ type: 'shared', shared: { price: '12' } })
  await vi.waitFor(() => expect(kept.get('shared')).toEqual({ price: '12' }))
  const after = await page(store)
  expect(after.count).toBe(1)
  expect(after.uploader.state()).toMatchObject({
    shared: { price: '12' },
    uploads: [{ file: added.file, own: { title: 'dusk', altText: 'The sea' }, requestIds: added.requestIds }],
  })
})

test('what was being recorded is repeated under the same request ids, with the same words', async () => {
  const { kept, store } = database()
  const before = await page(store, { ...DONE, finish: never })
  const added = upload()
  const wish = { publish: true, details: { ...NOTHING_SAID, title: 'Dusk' } }
  before.uploader.dispatch({ type: 'added', uploads: [added] })
  before.uploader.dispatch({ type: 'wished', id: added.id, wish })
  await vi.waitFor(() => expect(kept.get(`words/${added.id}`)).toMatchObject({ step: 'sent', wish }))
  const finish = vi.fn(DONE.finish)
  await page(store, { ...DONE, finish })
  await vi.waitFor(() => expect(finish).toHaveBeenCalled())
  expect(finish.mock.calls[0]?.[0]).toMatchObject({ wish, requestIds: added.requestIds, ticket: { token: 't' } })
})

test('what has become a picture or was removed is kept no longer', async () => {
  const { kept, store } = database()
  const { uploader } = await page(store, DONE)
  const [done, removed] = [upload(), upload()]
  uploader.dispatch({ type: 'added', uploads: [done, removed] })
  uploader.dispatch({ type: 'wished', id: done.id, wish: { publish: false, details: NOTHING_SAID } })
  await vi.waitFor(() => expect(kept.has(`file/${removed.id}`)).toBe(true))
  uploader.dispatch({ type: 'removed', ids: [removed.id] })
  await vi.waitFor(() => expect([...kept.keys()].filter((key) => key !== 'shared')).toEqual([]))
})

test('a file is written once, however often words change and pieces are sent', async () => {
  const { kept, store } = database()
  const { uploader } = await page(store)
  const added = upload()
  uploader.dispatch({ type: 'added', uploads: [added] })
  uploader.dispatch({ type: 'progressed', id: added.id, sentBytes: 1 })
  uploader.dispatch({ type: 'written', id: added.id, own: { title: 'Dawn' } })
  await vi.waitFor(() => expect(kept.get(`words/${added.id}`)).toMatchObject({ own: { title: 'Dawn' } }))
  const keys = vi.mocked(store.set).mock.calls.map(([key]) => key)
  expect(keys.filter((key) => key.startsWith('file/'))).toHaveLength(1)
  expect(keys.filter((key) => key.startsWith('words/'))).toHaveLength(2)
})

test('drafts of another open tab stay there, and those of last week are gone', async () => {
  const { kept, store } = database()
  const { uploader } = await page(store)
  uploader.dispatch({ type: 'added', uploads: [upload()] })
  await vi.waitFor(() => expect(kept.size).toBe(3))
  expect((await page({ ...store, claim: () => Promise.resolve(false) })).count).toBe(0)
  expect(kept.size).toBe(3)
  vi.useFakeTimers({ now: Date.now() + 8 * 86_400_000, toFake: ['Date'] })
  expect((await page(store)).count).toBe(0)
  expect([...kept.keys()]).toEqual(['shared'])
})

test('a browser that keeps nothing is told of, and uploads all the same', async () => {
  const { store } = database()
  const { uploader, drafts } = await page({ ...store, set: () => Promise.reject(new Error('full')) }, DONE)
  uploader.dispatch({ type: 'added', uploads: [upload()] })
  await drafts.failed
  await vi.waitFor(() => expect(uploader.state().uploads[0]?.step).toBe('sent'))
})
