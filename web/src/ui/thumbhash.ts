import { thumbHashToDataURL } from 'thumbhash'

/** A ThumbHash, as hexadecimal digits, as an image; undefined when there is none that can be read. */
export function placeholderUrl(hash: string): string | undefined {
  const bytes = hash.match(/[0-9a-f]{2}/gi)?.map((pair) => parseInt(pair, 16))
  // The shortest hash has a header of five bytes.
  return bytes && bytes.length >= 5 ? thumbHashToDataURL(Uint8Array.from(bytes)) : undefined
}
