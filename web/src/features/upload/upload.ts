import { v7 as uuidv7 } from 'uuid'

import { passes, refusalOf } from '@/api/refusal'

import { type Details, NOTHING_SAID, type Shared, titleOf } from './details'
import { FileUnreadable, type Facts } from './inspect'

/**
 * Where a file stands. `checking` and `queued` wait for their turn; `sent` waits for what one writes about it; `kept`
 * and `published` are the ends.
 */
export type Step =
  'checking' | 'queued' | 'sending' | 'sent' | 'finishing' | 'kept' | 'published' | 'stopped' | 'failed'

/** Leave to send a file, from StartUpload. */
export interface Ticket {
  pictureId: string
  token: string
  url: string
  headers: Readonly<Record<string, string>>
  expiresAtMs: number
}

/** What is to become of a file once it is sent, in the words it was asked with: they do not change any more. */
export interface Wish {
  publish: boolean
  details: Details
}

export interface Upload {
  id: string
  file: File
  step: Step
  sentBytes: number
  own: Partial<Details>
  /** Repeating a command repeats its id: it is carried out at most once. */
  requestIds: Readonly<Record<'start' | 'finish' | 'publish', string>>
  facts?: Facts
  ticket?: Ticket
  wish?: Wish
  /** The picture is there; only publishing it may be left. */
  isRecorded?: boolean
  /** It has been sent a second time by itself, since its ticket had expired. */
  isRenewed?: boolean
  failure?: Failure
  /** There was no answer; the same is tried again in a moment. */
  isPaused?: boolean
}

export interface Failure {
  /** The step that it happened in, which a retry goes back to. */
  at: Step
  error: unknown
}

/** What helps against a failure. */
export type Remedy =
  /** The same once more. */
  | 'again'
  /** Sending it under a new ticket. */
  | 'renew'
  /** From the beginning, as if the file had just been chosen. */
  | 'anew'
  /** Other words. */
  | 'edit'
  /** Another file. */
  | 'none'

export function newUpload(file: File): Upload {
  return {
    id: uuidv7(),
    file,
    step: 'checking',
    sentBytes: 0,
    own: { title: titleOf(file.name) },
    requestIds: freshIds(),
  }
}

export function freshIds(): Upload['requestIds'] {
  return { start: uuidv7(), finish: uuidv7(), publish: uuidv7() }
}

/** What is said about a picture: of itself, or else of all. */
export function detailsOf({ own }: Pick<Upload, 'own'>, shared: Partial<Shared>): Details {
  return { ...NOTHING_SAID, ...shared, ...own }
}

const UNFIT = new Set([
  'UPLOAD_SIZE',
  'UNSUPPORTED_FORMAT',
  'DAMAGED_PICTURE',
  'PICTURE_SIDE_TOO_LONG',
  'PICTURE_TOO_MANY_PIXELS',
  'ABSURD_COMPRESSION',
  'PICTURE_TOO_SLOW',
])
const WORDS = new Set(['INVALID_VALUE', 'COMMAND_TOO_LARGE'])
const STALE = new Set(['LINK_EXPIRED', 'UPLOAD_NOT_RECEIVED'])
const AGAIN = new Set(['UPLOAD_CUT_SHORT', 'NOT_REGISTERED', 'TOKEN_MISSING', 'TOKEN_EXPIRED'])

export function remedyFor(error: unknown): Remedy {
  if (error instanceof FileUnreadable) return 'none'
  const refusal = refusalOf(error)
  if (passes(refusal) || AGAIN.has(refusal.reason)) return 'again'
  if (STALE.has(refusal.reason)) return 'renew'
  if (WORDS.has(refusal.reason)) return 'edit'
  return UNFIT.has(refusal.reason) ? 'none' : 'anew'
}

/** Whether what is said about it may still be changed. */
export function isOpen({ step, wish, failure }: Upload): boolean {
  if (step === 'kept' || step === 'published' || wish) return false
  return !failure || remedyFor(failure.error) !== 'none'
}

export const isDone = ({ step }: Upload) => step === 'kept' || step === 'published'

/** Whether something would be cut off if the page were closed now. */
export const isUnderWay = ({ step }: Upload) => ['checking', 'queued', 'sending', 'finishing'].includes(step)
