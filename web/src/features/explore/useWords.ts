import { useEffect, useEffectEvent, useState } from 'react'

import { wordsOf } from './search'

export const PAUSE_MS = 350

/**
 * The words somebody types, told on whenever they pause. What the address says takes their place when it changes by
 * anything else, Back say; it never takes away what was typed while the page was on its way to an earlier word.
 */
export function useWords(said: string, tell: (words: string) => void) {
  const [state, setState] = useState({ text: said, said, told: said })
  const { text, told } = state
  if (state.said !== said) setState({ text: said === told ? text : said, said, told: said })

  const tellNow = (words = wordsOf(text)) => {
    if (words === told) return
    setState((state) => ({ ...state, told: words }))
    tell(words)
  }
  const onPause = useEffectEvent(tellNow)
  useEffect(() => {
    const pause = setTimeout(() => onPause(), PAUSE_MS)
    return () => clearTimeout(pause)
  }, [text])

  const type = (text: string) => setState((state) => ({ ...state, text }))
  return { text, type, tellNow }
}
