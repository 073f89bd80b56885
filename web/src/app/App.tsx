import type { Transport } from '@connectrpc/connect'
import { TransportProvider } from '@connectrpc/connect-query'
import { type QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'

import { type Identity, IdentityContext } from '@/auth'
import type { Connection } from '@/api/connection'
import type { AppConfig } from '@/config'
import { I18nProvider } from '@/i18n'
import type { Loaded } from '@/i18n/I18nProvider'

import { ConfigContext } from './ConfigContext'
import { ConnectionBanner } from './ConnectionBanner'
import { RefusalHandler } from './RefusalHandler'
import type { Refused } from './refused'
import type { AppRouter } from './router'

export interface AppParts {
  config: AppConfig
  texts: Loaded
  identity: Identity
  connection: Connection
  transport: Transport
  queries: QueryClient
  refused: Refused
  router: AppRouter
}

export function App({ config, texts, identity, connection, transport, queries, refused, router }: AppParts) {
  return (
    <ConfigContext value={config}>
      <I18nProvider initial={texts}>
        <IdentityContext value={identity}>
          <TransportProvider transport={transport}>
            <QueryClientProvider client={queries}>
              <RefusalHandler refused={refused} router={router} />
              <ConnectionBanner connection={connection} />
              <RouterProvider router={router} />
            </QueryClientProvider>
          </TransportProvider>
        </IdentityContext>
      </I18nProvider>
    </ConfigContext>
  )
}
