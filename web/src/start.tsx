import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'

import { Connection } from './api/connection'
import { createQueryClient } from './api/queryClient'
import { createTransport } from './api/transport'
import { App, type AppParts } from './app/App'
import { createRefused } from './app/refused'
import { createAppRouter } from './app/router'
import { StartFailed } from './app/StartFailed'
import { openIdentity } from './auth'
import { loadConfig } from './config'
import { loadDictionary, preferredLanguage } from './i18n'

const element = document.getElementById('root')
if (!element) throw new Error('index.html has no #root')
const root = createRoot(element)
start()
  .then((parts) =>
    root.render(
      <StrictMode>
        <App {...parts} />
      </StrictMode>,
    ),
  )
  .catch((error: unknown) => {
    reportError(error)
    root.render(<StartFailed />)
  })

async function start(): Promise<AppParts> {
  const language = preferredLanguage()
  const [config, dictionary] = await Promise.all([loadConfig(), loadDictionary(language)])
  const identity = await openIdentity(config.identity)
  const connection = new Connection()
  const transport = createTransport(identity.token, connection)
  const refused = createRefused()
  const queries = createQueryClient(refused.emit)
  const router = createAppRouter({ identity, queries, transport })
  return { config, connection, texts: { language, dictionary }, identity, transport, queries, refused, router }
}
