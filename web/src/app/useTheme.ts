import { useSyncExternalStore } from 'react'

import { chosenTheme, chooseTheme, subscribeTheme } from './theme'

/** The same wherever it is chosen, in this tab. */
export function useTheme() {
  const theme = useSyncExternalStore(subscribeTheme, chosenTheme)
  return [theme, chooseTheme] as const
}
