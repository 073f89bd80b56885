import { backoffMs, pause as pauseFor } from './pause'
import { isMissing } from './refusal'

/** How often in a row a stream may break, or be refused, until nobody tries any more. */
export const MOST_BREAKS = 8
/** The server says something every 15 seconds; a stream that is silent for longer has died on its way. */
const SILENCE_MS = 40_000

interface Following<A> {
  /** Opens the stream. */
  open: (signal: AbortSignal) => AsyncIterable<A>
  /** Hears of every answer, and says whether the last has come. */
  tell: (answer: A) => boolean
  /** Asks once, after a stream has broken: it may stay so, and this also renews an expired token. */
  ask: () => Promise<boolean>
  /** Ends everything. */
  signal: AbortSignal
  pause?: (ms: number, signal: AbortSignal) => Promise<void>
}

/**
 * Follows something by a stream that is opened again whenever it ends, later each time it does not last. Between two
 * streams one asks: so who may follow no more than they do already still hears of changes. Answers whether the last
 * answer has come; it has not if one gave up.
 */
export async function follow<A>({
  open,
  tell,
  ask,
  signal,
  pause = pauseUntilOnline,
}: Following<A>): Promise<boolean> {
  const isLeft = () => signal.aborted
  for (let breaks = 0; breaks < MOST_BREAKS && !isLeft(); breaks++) {
    try {
      let answers = 0
      for await (const answer of heard(open, signal)) {
        if (tell(answer)) return true
        // The first comes at once, also where something on the way breaks every stream.
        if (++answers > 1) breaks = 0
      }
    } catch (error) {
      if (isLeft() || isMissing(error)) return false
    }
    await pause(backoffMs(breaks), signal)
    if (!isLeft() && (await ask())) return true
  }
  return false
}

async function* heard<A>(open: (signal: AbortSignal) => AsyncIterable<A>, signal: AbortSignal) {
  const silent = new AbortController()
  let timer = setTimeout(() => silent.abort(), SILENCE_MS)
  try {
    for await (const answer of open(AbortSignal.any([signal, silent.signal]))) {
      clearTimeout(timer)
      timer = setTimeout(() => silent.abort(), SILENCE_MS)
      yield answer
    }
  } finally {
    clearTimeout(timer)
  }
}

/** Ends early also when the browser is online again. */
async function pauseUntilOnline(ms: number, signal: AbortSignal): Promise<void> {
  const early = new AbortController()
  addEventListener('online', () => early.abort(), { signal: early.signal })
  await pauseFor(ms, AbortSignal.any([signal, early.signal]))
  early.abort()
}
