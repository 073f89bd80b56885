import { createContext, use } from 'react'

import type { AppConfig } from '@/config'

export const ConfigContext = createContext<AppConfig | undefined>(undefined)

export function useConfig(): AppConfig {
  const config = use(ConfigContext)
  if (!config) throw new Error('useConfig needs a ConfigContext around it')
  return config
}
