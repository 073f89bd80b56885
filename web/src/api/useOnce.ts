import { useRef } from 'react'

/**
 * Runs something that a second click must not run again while it is under way. What fails has been told elsewhere (the
 * mutation keeps its error): the promise tells only whether it was done.
 */
export function useOnce<A extends unknown[]>(action: (...args: A) => Promise<unknown>) {
  const isRunning = useRef(false)
  return async (...args: A): Promise<boolean> => {
    if (isRunning.current) return false
    isRunning.current = true
    try {
      await action(...args)
      return true
    } catch {
      return false
    } finally {
      isRunning.current = false
    }
  }
}
