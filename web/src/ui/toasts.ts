import { useSyncExternalStore } from 'react'

export interface Toast {
  id: number
  text: string
  kind: 'info' | 'error'
}

let toasts: readonly Toast[] = []
let lastId = 0
const listeners = new Set<() => void>()

/** Says something in passing, from anywhere. */
export function toast(text: string, kind: Toast['kind'] = 'info') {
  // The same thing again replaces itself.
  const others = toasts.filter((other) => other.text !== text)
  set([...others, { id: ++lastId, text, kind }])
}

export function dismiss(id: number) {
  set(toasts.filter((toast) => toast.id !== id))
}

export function useToasts() {
  return useSyncExternalStore(subscribe, () => toasts)
}

function subscribe(listener: () => void) {
  listeners.add(listener)
  return () => void listeners.delete(listener)
}

function set(now: readonly Toast[]) {
  toasts = now
  listeners.forEach((listener) => listener())
}
