import { useEffect, useRef, useState } from 'react'

/** A stream that is watched: what it said last, and whether it goes on. */
export interface Watched<A> {
  state: 'idle' | 'running' | 'done' | 'failed'
  last?: A
  error?: unknown
}

/** Watches a stream to its end, one at a time; leaving the page closes it. */
export function useWatched<A>() {
  const [watched, setWatched] = useState<Watched<A>>({ state: 'idle' })
  const running = useRef<AbortController>(undefined)
  useEffect(() => () => running.current?.abort(), [])

  const watch = async (open: (signal: AbortSignal) => AsyncIterable<A>): Promise<void> => {
    if (running.current) return
    const { signal } = (running.current = new AbortController())
    setWatched({ state: 'running' })
    try {
      for await (const last of open(signal)) setWatched({ state: 'running', last })
      setWatched(({ last }) => ({ state: 'done', last }))
    } catch (error) {
      // What was said before the stream broke stays on the page.
      if (!signal.aborted) setWatched(({ last }) => ({ state: 'failed', last, error }))
    } finally {
      running.current = undefined
    }
  }
  return { ...watched, watch }
}
