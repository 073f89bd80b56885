// Runs a script of TypeScript that uses the app's modules: `node scripts/run.mjs scripts/screens.ts`.
import { resolve } from 'node:path'

import { runnerImport } from 'vite'

await runnerImport(resolve(process.argv[2]), { configFile: false, resolve: { tsconfigPaths: true } })
