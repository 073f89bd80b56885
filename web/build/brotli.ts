import { createReadStream, existsSync } from 'node:fs'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { brotliCompress, constants } from 'node:zlib'
import type { Plugin } from 'vite'

const compress = promisify(brotliCompress)
const TYPES: Record<string, string> = { js: 'text/javascript', css: 'text/css' }
const TEXT = /\.(js|css|svg|html)$/

/** Lays a brotli form beside each text file of the build: the server sends it and never compresses anything itself. */
export function brotli(): Plugin {
  return {
    name: 'brotli',
    async writeBundle({ dir = 'dist' }) {
      const names = await readdir(dir, { recursive: true })
      await Promise.all(names.filter((name) => TEXT.test(name)).map((name) => lay(join(dir, name))))
    },
    // The preview sends the scripts and styles as the server does, for what is measured to be true.
    configurePreviewServer({ config, middlewares }) {
      middlewares.use('/assets', ({ url = '', headers }, response, next) => {
        const [, name, extension = ''] = /^\/([\w-]+\.(js|css))$/.exec(url) ?? []
        const packed = join(config.build.outDir, 'assets', `${String(name)}.br`)
        if (!name || !headers['accept-encoding']?.includes('br') || !existsSync(packed)) {
          next()
          return
        }
        response.setHeader('content-type', TYPES[extension] ?? '')
        response.setHeader('content-encoding', 'br')
        response.setHeader('cache-control', 'public, max-age=31536000, immutable')
        createReadStream(packed).pipe(response)
      })
    },
  }
}

async function lay(file: string) {
  const plain = await readFile(file)
  const packed = await compress(plain, {
    params: { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY },
  })
  if (packed.length < plain.length) await writeFile(`${file}.br`, packed)
}
