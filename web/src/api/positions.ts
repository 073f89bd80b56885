import { create } from '@bufbuild/protobuf'

import { type Position, PositionSchema } from '@/gen/picasso/types/v1/types_pb'

/** Where they outlive a reload. */
export const KEY = 'picasso.positions'

/** As much of a browser's storage as is needed. */
type Keeps = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>

/**
 * The latest position in each log at which this tab has changed something or was told of an order. Queries wait for
 * them, so that what one has just done is never missing from the next page, nor after a reload.
 */
export class Positions {
  readonly #offsets: Map<number, bigint>
  readonly #storage: Keeps

  constructor(storage: Keeps = sessionStorage) {
    this.#storage = storage
    this.#offsets = stored(storage.getItem(KEY))
  }

  note({ log, offset }: Pick<Position, 'log' | 'offset'>) {
    if (offset <= (this.#offsets.get(log) ?? 0n)) return
    this.#offsets.set(log, offset)
    const entries = [...this.#offsets].map(([log, offset]) => [log, String(offset)])
    this.#storage.setItem(KEY, JSON.stringify(entries))
  }

  all(): Position[] {
    return [...this.#offsets].map(([log, offset]) => create(PositionSchema, { log, offset }))
  }

  /** For when the server does not know them: it was set up anew. */
  forget() {
    this.#offsets.clear()
    this.#storage.removeItem(KEY)
  }
}

function stored(text: string | null): Map<number, bigint> {
  if (text === null) return new Map()
  const entries = JSON.parse(text) as [number, string][]
  return new Map(entries.map(([log, offset]) => [log, BigInt(offset)]))
}
