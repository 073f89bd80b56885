import { brotliCompressSync } from 'node:zlib'
import type { Plugin, Rolldown } from 'vite'

/**
 * What the page asks for: first the styles, with which its frame is seen, then, as less urgent, all the scripts that the
 * app starts with.
 * Fails the build when those, as brotli, are more than they may be.
 */
export function firstPage(limitBytes: number): Plugin {
  return {
    name: 'first-page',
    apply: 'build',
    transformIndexHtml: {
      order: 'post',
      handler(html, { bundle = {} }) {
        const [styles] = /<link rel="stylesheet"[^>]*>/.exec(html) ?? []
        const [script] = /<script type="module"[^>]*><\/script>/.exec(html) ?? []
        if (!styles || !script) throw new Error('the page has no styles or no script')
        const preloads = needed(bundle).filter((name) => !html.includes(`/${name}"`))
        return {
          html: html.replace(styles, '').replace(script, `${styles}\n    ${script}`),
          tags: preloads.map((name) => ({
            tag: 'link',
            injectTo: 'head' as const,
            attrs: { rel: 'modulepreload', fetchpriority: 'low', crossorigin: true, href: `/${name}` },
          })),
        }
      },
    },
    writeBundle(_options, bundle) {
      const bytes = needed(bundle).reduce((sum, name) => sum + sizeOf(bundle[name]), 0)
      const message = `first page: ${String(bytes)} of ${String(limitBytes)} bytes of compressed scripts`
      if (bytes > limitBytes) this.error(message)
      this.info(message)
    },
  }
}

/** The page's script, the app that it starts, and all that these import at once. */
function needed(bundle: Rolldown.OutputBundle): string[] {
  const chunks = Object.values(bundle).filter((file) => file.type === 'chunk')
  const entries = chunks.filter(({ isEntry }) => isEntry)
  const names = new Set(entries.flatMap((entry) => [entry.fileName, ...entry.imports, ...entry.dynamicImports]))
  for (const name of names) {
    const chunk = bundle[name]
    if (chunk?.type === 'chunk') chunk.imports.forEach((imported) => names.add(imported))
  }
  return [...names]
}

function sizeOf(file: Rolldown.OutputBundle[string] | undefined): number {
  return file?.type === 'chunk' ? brotliCompressSync(file.code).length : 0
}
