import { type RefCallback, useCallback, useState } from 'react'
import { flushSync } from 'react-dom'

interface Box {
  width: number
  /** From the top of the document. */
  top: number
  /** The size of the text that one has chosen in the browser, in pixels. */
  rem: number
}

/**
 * The box that a wall had last. A wall begins with it, so that it is as high as when one left it at the very moment at
 * which the router restores the position.
 */
let last: Box = { width: 0, top: 0, rem: 16 }

/** Where an element is, and how wide; and the `ref` by which it says so. */
export function useBox(): [Box, RefCallback<HTMLElement>] {
  const [box, setBox] = useState(last)
  const observe = useCallback((observed: HTMLElement) => {
    const measure = () => setBox(boxOf(observed))
    // Before the browser paints, so that nothing is seen in a wrong place: at once, and when something changes.
    measure()
    const observer = new ResizeObserver(() => flushSync(measure))
    observer.observe(observed)
    // What stands above the element moves it, and makes the page longer.
    observer.observe(document.body)
    return () => observer.disconnect()
  }, [])
  return [box, observe]
}

/** The very same object while nothing has changed. */
function boxOf(element: HTMLElement): Box {
  const { width, top } = element.getBoundingClientRect()
  const rem = parseFloat(getComputedStyle(document.documentElement).fontSize) || 16
  const now = { width: Math.floor(width), top: Math.round(top + window.scrollY), rem }
  if (now.width !== last.width || now.top !== last.top || now.rem !== last.rem) last = now
  return last
}
