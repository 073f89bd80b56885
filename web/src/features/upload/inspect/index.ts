import { Code } from '@connectrpc/connect'

import { refuse } from '@/api/refuse'

import type { Facts } from './inspect'
import type { Finding, Question } from './worker'

export type { Facts } from './inspect'

/** The browser could not read a file: it was moved, changed or deleted since it was chosen. */
export class FileUnreadable extends Error {
  override readonly name = 'FileUnreadable'
}

let worker: Worker | undefined
let last: Promise<unknown> = Promise.resolve()

/** One file at a time: two at once would only take more memory. */
export function inspectFile(question: Question, signal: AbortSignal): Promise<Facts> {
  const mine = last.then(() => {
    signal.throwIfAborted()
    return ask(question)
  })
  last = mine.catch(() => undefined)
  return mine
}

async function ask(question: Question): Promise<Facts> {
  const finding = await new Promise<Finding>((resolve, reject) => {
    worker ??= new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' })
    worker.onmessage = ({ data }: MessageEvent<Finding>) => resolve(data)
    worker.onerror = (event) => {
      worker = undefined
      reject(new Error(`the worker failed: ${event.message}`))
    }
    worker.postMessage(question)
  })
  if ('unreadable' in finding) throw new FileUnreadable(finding.unreadable)
  if ('reason' in finding.facts) {
    throw refuse(finding.facts.reason, Code.InvalidArgument, finding.facts.metadata)
  }
  return finding.facts
}
