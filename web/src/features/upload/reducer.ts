import type { Details, Shared } from './details'
import type { Facts } from './inspect'
import { type Failure, freshIds, remedyFor, type Ticket, type Upload, type Wish } from './upload'

export interface State {
  uploads: readonly Upload[]
  shared: Partial<Shared>
}

export const EMPTY: State = { uploads: [], shared: {} }

type OfOne =
  | { type: 'inspected'; facts: Facts }
  | { type: 'began' }
  | { type: 'ticketed'; ticket: Ticket }
  | { type: 'progressed'; sentBytes: number }
  | { type: 'received' }
  | { type: 'recorded' }
  | { type: 'finished' }
  | { type: 'failed'; error: unknown }
  | { type: 'retried' }
  | { type: 'paused'; isPaused: boolean }
  | { type: 'stopped' }
  | { type: 'wished'; wish: Wish }
  | { type: 'written'; own: Partial<Details> }

export type Action =
  | { type: 'added'; uploads: readonly Upload[] }
  | { type: 'removed'; ids: readonly string[] }
  | { type: 'shared'; shared: Partial<Shared> }
  | (OfOne & { id: string })

export function reduce(state: State, action: Action): State {
  switch (action.type) {
    case 'added':
      return { ...state, uploads: [...state.uploads, ...action.uploads] }
    case 'removed':
      return { ...state, uploads: state.uploads.filter(({ id }) => !action.ids.includes(id)) }
    case 'shared':
      return { ...state, shared: { ...state.shared, ...action.shared } }
    default:
      return {
        ...state,
        uploads: state.uploads.map((upload) => (upload.id === action.id ? advance(upload, action) : upload)),
      }
  }
}

function advance(upload: Upload, action: OfOne): Upload {
  switch (action.type) {
    case 'inspected':
      return { ...upload, step: 'queued', facts: action.facts }
    case 'began':
      return { ...upload, step: upload.step === 'queued' ? 'sending' : 'finishing', failure: undefined }
    case 'ticketed':
      return { ...upload, ticket: action.ticket }
    case 'paused':
      return { ...upload, isPaused: action.isPaused }
    case 'progressed':
      return { ...upload, sentBytes: action.sentBytes }
    case 'received':
      return { ...upload, step: 'sent', sentBytes: upload.file.size }
    case 'recorded':
      return { ...upload, isRecorded: true }
    case 'finished':
      return { ...upload, step: upload.wish?.publish ? 'published' : 'kept' }
    case 'failed':
      return failed(upload, action.error)
    case 'retried':
      return retried(upload)
    case 'stopped':
      return { ...upload, step: 'stopped', sentBytes: 0, wish: undefined, failure: undefined, isPaused: false }
    case 'wished':
      return { ...upload, wish: action.wish }
    case 'written':
      return { ...upload, own: { ...upload.own, ...action.own } }
  }
}

function failed(upload: Upload, error: unknown): Upload {
  const failure: Failure = { at: upload.step, error }
  const remedy = remedyFor(error)
  // Sending it once more would make a second picture of it.
  if (upload.isRecorded && remedy !== 'again') return { ...upload, step: 'kept', failure }
  switch (remedy) {
    case 'again':
      return { ...upload, step: 'failed', failure }
    case 'renew':
      // Who writes for longer than a ticket lasts need not know. Once: a clock that is wrong must not send for ever.
      if (!upload.isRenewed) return { ...sentAnew(upload), isRenewed: true }
      return { ...upload, step: 'failed', failure }
    case 'edit':
      // What comes next is another command.
      return { ...upload, step: 'sent', failure, wish: undefined, requestIds: freshIds() }
    case 'anew':
    case 'none':
      return { ...upload, step: 'failed', failure, wish: undefined }
  }
}

function retried(upload: Upload): Upload {
  const next: Upload = { ...upload, step: 'checking', sentBytes: 0, failure: undefined }
  switch (upload.failure && remedyFor(upload.failure.error)) {
    case 'anew':
      return { ...next, facts: undefined, ticket: undefined, requestIds: freshIds() }
    case 'renew':
      return sentAnew(upload)
    default:
      if (upload.failure?.at === 'finishing') return { ...next, step: 'sent', sentBytes: upload.file.size }
      return upload.facts ? { ...next, step: 'queued' } : next
  }
}

/** Nothing was recorded under the old ticket, or the server would have answered what it recorded. */
function sentAnew(upload: Upload): Upload {
  return { ...upload, step: 'queued', sentBytes: 0, ticket: undefined, failure: undefined, requestIds: freshIds() }
}
