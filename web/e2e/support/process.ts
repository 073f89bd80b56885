import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'

import { until } from './until'

/** A program that runs beside the tests; it can be stopped and started again. */
export class Process {
  readonly #argv: readonly [string, ...string[]]
  readonly #env: NodeJS.ProcessEnv
  /** Answers anything but a failure of the server once the program is ready. */
  readonly #readyUrl: string
  #child: ChildProcess | undefined
  #said = ''

  constructor(argv: readonly [string, ...string[]], env: NodeJS.ProcessEnv, readyUrl: string) {
    this.#argv = argv
    this.#env = { PATH: process.env.PATH, HOME: process.env.HOME, ...env }
    this.#readyUrl = readyUrl
    process.on('exit', this.#kill)
  }

  async start() {
    const [command, ...args] = this.#argv
    const child = spawn(command, args, { env: this.#env, stdio: ['ignore', 'pipe', 'pipe'] })
    const listen = (piece: Buffer) => (this.#said += piece.toString())
    child.stdout.on('data', listen)
    child.stderr.on('data', listen)
    child.on('error', listen)
    this.#child = child
    await until(`${command} is ready`, async () => {
      if (child.exitCode !== null || child.pid === undefined) throw new Error(`${command} ended: ${this.#said}`)
      const answer = await fetch(this.#readyUrl).catch(() => undefined)
      return answer && answer.status < 500 ? true : undefined
    })
  }

  /** Lets it say goodbye; `SIGKILL` does not. */
  async stop(signal: NodeJS.Signals = 'SIGTERM') {
    const child = this.#child
    this.#child = undefined
    if (child?.exitCode !== null || child.signalCode !== null) return
    const ended = once(child, 'exit')
    child.kill(signal)
    await ended
  }

  async end() {
    await this.stop()
    process.off('exit', this.#kill)
  }

  readonly #kill = () => void this.#child?.kill('SIGKILL')
}
