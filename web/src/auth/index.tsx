import { createContext, use, useSyncExternalStore } from 'react'

import type { IdentityConfig } from '@/config'

import type { Identity, Session } from './identity'
import { createSandboxIdentity } from './sandbox'

export { type Identity, IdentityError, type Session } from './identity'

export async function openIdentity(config: IdentityConfig): Promise<Identity> {
  if (config.kind === 'sandbox') return createSandboxIdentity(config.url)
  const { createFirebaseIdentity } = await import('./firebase')
  return createFirebaseIdentity(config)
}

export const IdentityContext = createContext<Identity | undefined>(undefined)

export function useIdentity(): Identity {
  const identity = use(IdentityContext)
  if (!identity) throw new Error('useIdentity needs an IdentityContext around it')
  return identity
}

export function useSession(): Session | undefined {
  const identity = useIdentity()
  return useSyncExternalStore(identity.subscribe, identity.session)
}
