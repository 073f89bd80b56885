import type { Position } from '@/gen/picasso/types/v1/types_pb'

/** As the command line writes it: `log:offset`. */
export function positionText(position: Place | undefined): string {
  return position ? `${String(position.log)}:${String(position.offset)}` : ''
}

/** Reads what `positionText` writes; undefined when it names no event. */
export function positionOf(text: string): Place | undefined {
  const [, log, offset] = /^(\d{1,9}):([1-9]\d{0,17})$/.exec(text) ?? []
  return log && offset ? { log: Number(log), offset: BigInt(offset) } : undefined
}

type Place = Pick<Position, 'log' | 'offset'>
