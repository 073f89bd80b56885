import { isDone, type Upload } from './upload'

export const AT_ONCE = 3

/** Which files have their turn: as many at once as may be, in the order in which they were chosen. */
export function due(uploads: readonly Upload[]): Upload[] {
  const busy = uploads.filter(({ step }) => step === 'sending' || step === 'finishing').length
  return uploads.filter(isWaiting).slice(0, Math.max(0, AT_ONCE - busy))
}

const isWaiting = ({ step, wish }: Upload) => step === 'queued' || (step === 'sent' && wish !== undefined)

export function doneIds(uploads: readonly Upload[]): string[] {
  return uploads.filter(isDone).map(({ id }) => id)
}
