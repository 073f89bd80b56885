import { useCallback, useRef, useState } from 'react'

/**
 * What is being written, kept in this tab over reloads and signing in again until it is done; undefined while nothing
 * is. A change is told what there is by then, which may be more than was there when it was asked for.
 */
export function useKept<T>(key: string) {
  const [kept, setKept] = useState(() => stored(key) as T | undefined)
  const latest = useRef(kept)
  const keep = useCallback(
    (change: (latest: T | undefined) => T | undefined) => {
      const value = change(latest.current)
      latest.current = value
      setKept(value)
      if (value === undefined) sessionStorage.removeItem(key)
      else sessionStorage.setItem(key, JSON.stringify(value))
      return value
    },
    [key],
  )
  return [kept, keep] as const
}

function stored(key: string): unknown {
  const text = sessionStorage.getItem(key)
  return text === null ? undefined : JSON.parse(text)
}
