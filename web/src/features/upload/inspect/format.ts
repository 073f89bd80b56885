/** The format by its first bytes, as the server tells it: a name or a declared type is never believed. */
export function sniff(head: Uint8Array): 'jpeg' | 'png' | 'webp' | undefined {
  if (startsWith(head, [0xff, 0xd8, 0xff])) return 'jpeg'
  if (startsWith(head, [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])) return 'png'
  if (ascii(head, 0, 4) === 'RIFF' && ascii(head, 8, 4) === 'WEBP') return 'webp'
  return undefined
}

/** Animations say so before their first picture: PNG by a chunk of its own, WebP by a flag. */
export function isAnimated(head: Uint8Array): boolean {
  switch (sniff(head)) {
    case 'png':
      return chunkBeforePixels(head, 'acTL')
    case 'webp':
      return ascii(head, 12, 4) === 'VP8X' && ((head[20] ?? 0) & 0x02) !== 0
    default:
      return false
  }
}

const PNG_SIGNATURE_BYTES = 8
const CHUNK_FRAME_BYTES = 12

function chunkBeforePixels(head: Uint8Array, wanted: string): boolean {
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength)
  let at = PNG_SIGNATURE_BYTES
  while (at + CHUNK_FRAME_BYTES <= head.length) {
    const kind = ascii(head, at + 4, 4)
    if (kind === wanted) return true
    if (kind === 'IDAT') return false
    at += CHUNK_FRAME_BYTES + view.getUint32(at)
  }
  return false
}

const startsWith = (bytes: Uint8Array, start: number[]) => start.every((byte, index) => bytes[index] === byte)
const ascii = (bytes: Uint8Array, from: number, length: number) =>
  String.fromCharCode(...bytes.subarray(from, from + length))
