import { type ConnectRouter, createRouterTransport } from '@connectrpc/connect'
import { TransportProvider } from '@connectrpc/connect-query'
import { QueryClientProvider } from '@tanstack/react-query'
import { createMemoryHistory, createRootRoute, createRouter, RouterContextProvider } from '@tanstack/react-router'
import { render } from '@testing-library/react'
import type { ReactNode } from 'react'

import { createQueryClient } from '@/api/queryClient'
import { en } from '@/i18n/en'
import { I18nProvider } from '@/i18n/I18nProvider'

/** Shows something before a server that answers as it is told. Its links lead nowhere. */
export function show(content: ReactNode, routes: (router: ConnectRouter) => void) {
  const router = createRouter({ routeTree: createRootRoute(), history: createMemoryHistory() })
  return render(
    <I18nProvider initial={{ language: 'en', dictionary: en }}>
      <TransportProvider transport={createRouterTransport(routes)}>
        <QueryClientProvider client={createQueryClient(() => undefined)}>
          <RouterContextProvider router={router}>{content}</RouterContextProvider>
        </QueryClientProvider>
      </TransportProvider>
    </I18nProvider>,
  )
}
