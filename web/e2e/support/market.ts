import { mkdtemp, rm } from 'node:fs/promises'
import { homedir, tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

import { createClient, type Transport } from '@connectrpc/connect'
import { createGrpcWebTransport } from '@connectrpc/connect-web'
import type { DescService } from '@bufbuild/protobuf'

import { readNoLess } from '@/api/interceptors'
import { Positions } from '@/api/positions'

import { Memory } from './memory'
import { freePort } from './ports'
import { Process } from './process'

const WEB = resolve(import.meta.dirname, '../..')
const TARGET = process.env.CARGO_TARGET_DIR ?? join(homedir(), '.cache/picasso/target')
const BINARY = process.env.PICASSO_BIN ?? join(TARGET, 'debug/picasso')
/** Nobody waits for reactors longer than needed. */
const FAST = {
  PICASSO_REACTORS__POLL_MS: '50',
  PICASSO_REACTORS__FIRST_LOOK_S: '1',
  PICASSO_REACTORS__LOOK_AGAIN_S: '1',
}

/** What runs for a marketplace of one's own. */
interface Own {
  folder: string
  server: Process
  app: Process | undefined
}

/** A marketplace of one's own: the server with its sandbox, over an empty folder, and the app; or one that is there. */
export class Market {
  static async open(): Promise<Market> {
    const { PICASSO_E2E_URL: url, PICASSO_E2E_SANDBOX_URL: sandboxUrl } = process.env
    if (url && sandboxUrl) return new Market(url, sandboxUrl, undefined)
    const folder = await mkdtemp(join(tmpdir(), 'picasso-e2e-'))
    const [port, sandboxPort] = [await freePort(), await freePort()]
    const appPort = isPreview() ? await freePort() : port
    const server = serve(folder, port, sandboxPort, address(appPort))
    const app = isPreview() ? preview(address(port), appPort) : undefined
    const market = new Market(address(appPort), address(sandboxPort), { folder, server, app })
    await market.start()
    return market
  }

  /** What was done by calls and where: who calls or arrives afterwards is told of it. */
  readonly done = new Memory()
  readonly #positions = new Positions(this.done)

  private constructor(
    /** Where people come in. */
    readonly url: string,
    readonly sandboxUrl: string,
    private readonly own: Own | undefined,
  ) {}

  /** Calls a service, as somebody or as nobody. */
  client<S extends DescService>(service: S, idToken?: string) {
    return createClient(service, this.transport(idToken))
  }

  transport(idToken?: string): Transport {
    return createGrpcWebTransport({
      baseUrl: this.url,
      interceptors: [
        readNoLess(this.#positions),
        (next) => (request) => {
          if (idToken) request.header.set('authorization', `Bearer ${idToken}`)
          return next(request)
        },
      ],
    })
  }

  /** A call of the sandbox's controls or of its sign-in. */
  async sandbox<T>(path: string, body: unknown): Promise<T> {
    const answer = await fetch(this.sandboxUrl + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    if (!answer.ok) throw new Error(`${path} answered ${String(answer.status)}: ${await answer.text()}`)
    return (await answer.json()) as T
  }

  async start() {
    await this.own?.server.start()
    await this.own?.app?.start()
  }

  /** Without a goodbye: everything under way is cut. The app goes with the server that serves it. */
  async kill() {
    await this.own?.app?.stop('SIGKILL')
    await this.own?.server.stop('SIGKILL')
  }

  async close() {
    if (!this.own) return
    await this.own.app?.end()
    await this.own.server.end()
    await rm(this.own.folder, { recursive: true })
  }
}

/** Whether a fresh build of the app is tried with a binary that embeds another one. */
function isPreview() {
  return process.env.PICASSO_APP === 'preview'
}

function serve(folder: string, port: number, sandboxPort: number, publicUrl: string): Process {
  return new Process(
    [BINARY, 'dev'],
    {
      PICASSO_DATA_DIR: join(folder, 'data'),
      PICASSO_SERVER__LISTEN: `127.0.0.1:${String(port)}`,
      PICASSO_SERVER__PUBLIC_URL: publicUrl,
      PICASSO_SANDBOX__LISTEN: `127.0.0.1:${String(sandboxPort)}`,
      ...FAST,
    },
    `${address(port)}/readyz`,
  )
}

function preview(server: string, port: number): Process {
  const vite = join(WEB, 'node_modules/vite/bin/vite.js')
  const outDir = process.env.PICASSO_DIST ?? join(WEB, 'dist')
  return new Process(
    [process.execPath, vite, 'preview', WEB, '--outDir', outDir, '--port', String(port), '--strictPort'],
    { PICASSO_URL: server },
    address(port),
  )
}

function address(port: number) {
  return `http://127.0.0.1:${String(port)}`
}
