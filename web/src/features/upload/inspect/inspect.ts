import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex } from '@noble/hashes/utils.js'
import { imageDimensionsFromStream } from 'image-dimensions'

import type { PictureLimits } from '@/config'

import { isAnimated, sniff } from './format'
import { thumbnailOf } from './thumbnail'

/** What a file has to be announced with, and how to show it. */
export interface Facts {
  sha256: string
  width: number
  height: number
  /** Absent when this browser cannot show the picture: the server decides whether it is one. */
  thumbnail?: Blob
}

/** Why a file need not be sent: the reason that the server would refuse it with. */
export interface Unfit {
  reason: string
  metadata: Record<string, string>
}

const HEAD_BYTES = 1 << 20

/** Refuses what the server would refuse, before it is sent. The server checks all of it again, and more. */
export async function inspect(file: Blob, limits: PictureLimits): Promise<Facts | Unfit> {
  const { maxBytes, maxPixels, maxSide } = limits
  if (file.size === 0 || file.size > maxBytes) return unfit('UPLOAD_SIZE', { max_bytes: maxBytes })
  const head = new Uint8Array(await file.slice(0, HEAD_BYTES).arrayBuffer())
  if (!sniff(head) || isAnimated(head)) return unfit('UNSUPPORTED_FORMAT')
  const size = await imageDimensionsFromStream(file.stream())
  if (!size) return unfit('DAMAGED_PICTURE')
  const { width, height } = size
  if (Math.max(width, height) > maxSide) {
    return unfit('PICTURE_SIDE_TOO_LONG', { width, height, max_side: maxSide })
  }
  const pixels = width * height
  if (pixels > maxPixels) return unfit('PICTURE_TOO_MANY_PIXELS', { pixels, max_pixels: maxPixels })
  return { width, height, thumbnail: await thumbnailOf(file), sha256: await digest(file) }
}

function unfit(reason: string, metadata: Record<string, number> = {}): Unfit {
  const texts = Object.entries(metadata).map(([key, value]) => [key, String(value)])
  return { reason, metadata: Object.fromEntries(texts) as Record<string, string> }
}

/** Piece by piece: `crypto.subtle` would need the whole file in memory, and https. */
async function digest(file: Blob): Promise<string> {
  const hash = sha256.create()
  const reader = file.stream().getReader()
  for (let piece = await reader.read(); !piece.done; piece = await reader.read()) hash.update(piece.value)
  return bytesToHex(hash.digest())
}
