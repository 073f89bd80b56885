// How the app is built and served while one works on it. Nothing inline: the server's content security policy
// allows only files of its own.
import tailwindcss from '@tailwindcss/vite'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vitest/config'

import { brotli } from './build/brotli.ts'
import { firstPage } from './build/firstPage.ts'

const picasso = process.env.PICASSO_URL ?? 'http://127.0.0.1:8080'
const served = ['^/picasso\\.', '/uploads', '/media', '/originals', '/webhooks', '/app/config.json']
const proxy = Object.fromEntries(served.map((path) => [path, picasso]))
/** As strict as the server's, with everything of this machine in place of the configured hosts. */
const policy = [
  "default-src 'self'",
  "img-src 'self' blob: data: http://127.0.0.1:*",
  "connect-src 'self' http://127.0.0.1:*",
  "base-uri 'none'; object-src 'none'; frame-ancestors 'none'; form-action 'self'",
].join('; ')

export default defineConfig({
  plugins: [react(), tailwindcss(), firstPage(200_000), brotli()],
  resolve: { tsconfigPaths: true },
  server: { host: '127.0.0.1', proxy },
  preview: { host: '127.0.0.1', proxy, headers: { 'content-security-policy': policy } },
  build: {
    target: ['chrome123', 'firefox121', 'safari17.5'],
    assetsInlineLimit: 0,
    // Every browser of the target knows it.
    modulePreload: { polyfill: false },
    rolldownOptions: {
      output: {
        // What changes rarely keeps its name over releases, so that browsers keep it.
        codeSplitting: {
          groups: [
            // Of the page's script, which has to run before all others.
            { name: 'preload', test: /vite[\\/]preload-helper/ },
            { name: 'react', test: /node_modules[\\/](react|react-dom|scheduler)[\\/]/ },
            { name: 'rpc', test: /node_modules[\\/](@bufbuild|@connectrpc)[\\/]/ },
            // What nearly every page needs comes with the first, in one piece rather than in twenty; no menu, which waits
            // for who opens it, and one language.
            { name: 'common', test: /src[\\/](ui|i18n|likes|api)[\\/](?!de[\\/]|OpenMenu)/ },
            { name: 'tanstack', test: /node_modules[\\/]@tanstack[\\/](?!react-virtual|virtual)/ },
            // What the app starts with, which pages that come later use too.
            { name: 'start', test: /src[\\/]start\.tsx$/ },
          ],
        },
      },
    },
  },
  test: { environment: 'happy-dom', setupFiles: './src/test/setup.ts', include: ['src/**/*.test.{ts,tsx}'] },
})
