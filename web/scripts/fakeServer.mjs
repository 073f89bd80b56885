// Answers everything a page asks for, in the browser's place of a network: the build's files, and a gallery of as many
// pictures as one wants.
import { execFileSync } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { extname, join } from 'node:path'

import { create, createFileRegistry, fromBinary, toBinary } from '@bufbuild/protobuf'
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt'

const HEX_OF_A_THUMBHASH = 'd507121d0467878f77578748878797875878909508'
const TYPES = { '.js': 'text/javascript', '.css': 'text/css', '.html': 'text/html', '.svg': 'image/svg+xml' }
const CONFIG = {
  identity: { kind: 'sandbox', url: 'http://127.0.0.1:1' },
  payments: 'sandbox',
  version: 'measured',
}

export const ORIGIN = 'http://127.0.0.1:18499'

/** The page asks for nothing that does not come from here. */
export async function serve(context, { dist, pictures }) {
  const answer = calls(pictures)
  await context.route('**/*', async (route) => {
    const { pathname } = new URL(route.request().url())
    if (pathname.startsWith('/picasso.')) return route.fulfill(answer(pathname, route.request().postDataBuffer()))
    if (pathname.startsWith('/media/')) return route.fulfill(painted(pathname))
    if (pathname === '/app/config.json') return route.fulfill({ json: CONFIG })
    const file = extname(pathname) ? pathname : '/index.html'
    const body = await readFile(join(dist, file))
    return route.fulfill({ body, contentType: TYPES[extname(file)] ?? 'application/octet-stream' })
  })
}

function calls(count) {
  const image = execFileSync('npx', ['buf', 'build', '../proto', '-o', '-'], { maxBuffer: 1 << 26 })
  const registry = createFileRegistry(fromBinary(FileDescriptorSetSchema, image))
  const all = Array.from({ length: count }, (_, index) => viewed(index))
  const answers = {
    listPictures: ({ pageToken, pageSize }) => {
      const from = Number(pageToken || 0)
      const next = from + pageSize
      return { pictures: all.slice(from, next), nextPageToken: next < count ? String(next) : '' }
    },
    getPicture: ({ pictureId }) => ({ picture: all[Number(pictureId)] }),
  }
  return (path, body) => {
    const [, service, name] = path.split('/')
    const method = registry.getService(service).methods.find((method) => method.name === name)
    const answer = answers[method.localName]
    if (!answer) return framed(undefined, 12)
    const request = fromBinary(method.input, body.subarray(5))
    return framed(toBinary(method.output, create(method.output, answer(request))), 0)
  }
}

/** As gRPC-web wants it: each frame with what it is, and how long. */
function framed(message, status) {
  const frame = (kind, bytes) => {
    const head = Buffer.alloc(5)
    head.writeUInt8(kind, 0)
    head.writeUInt32BE(bytes.length, 1)
    return Buffer.concat([head, bytes])
  }
  const frames = message ? [frame(0, message)] : []
  const body = Buffer.concat([...frames, frame(0x80, Buffer.from(`grpc-status: ${String(status)}\r\n`))])
  return { body, contentType: 'application/grpc-web+proto' }
}

function viewed(index) {
  const height = 400 + ((index * 137) % 420)
  const rendition = (width) => ({
    url: `/media/${String(index)}/${String(width)}x${String(Math.round((height * width) / 640))}.svg`,
    dimensions: { width, height: Math.round((height * width) / 640) },
  })
  return {
    picture: {
      pictureId: String(index),
      title: `Picture ${String(index)}`,
      artist: { userId: 'ann', handle: 'ann', displayName: 'Ann' },
      price: { currency: 'EUR', amountMinor: 1250n },
      stage: 2,
      likes: BigInt(index % 50),
      thumbhash: HEX_OF_A_THUMBHASH,
      dominantColour: '#557799',
      thumbnailSmall: rendition(320),
      thumbnailLarge: rendition(640),
      preview: rendition(1600),
    },
  }
}

function painted(pathname) {
  const [, , index, size] = pathname.split('/')
  const [width, height] = size.replace('.svg', '').split('x')
  const hue = (Number(index) * 47) % 360
  const body = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 640 480"
    preserveAspectRatio="none"><rect width="640" height="480" fill="hsl(${hue} 45% 55%)"/>
    <circle cx="${200 + (hue % 240)}" cy="160" r="70" fill="hsl(${hue + 40} 70% 75%)"/>
    <text x="40" y="420" font-size="72" fill="#fff">${index}</text></svg>`
  return { body, contentType: 'image/svg+xml' }
}
