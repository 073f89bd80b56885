import { timestampMs } from '@bufbuild/protobuf/wkt'
import { createClient, type Transport } from '@connectrpc/connect'
import type { QueryClient } from '@tanstack/react-query'

import { askAgain } from '@/api/askAgain'
import type { PictureLimits } from '@/config'
import { PictureCommandService } from '@/gen/picasso/commands/v1/picture_pb'
import { parseAmount } from '@/i18n/amount'

import type { Details } from './details'
import { inspectFile } from './inspect'
import { put } from './send'
import type { Ticket } from './upload'
import type { Work } from './uploader'

/** The server may wait for half a minute and develop for another half. */
const DEVELOPING_MS = 90_000

/** The way of a picture into the marketplace, as `PictureCommandService` describes it. */
export function realWork(transport: Transport, queries: QueryClient, limits: PictureLimits): Work {
  const pictures = createClient(PictureCommandService, transport)
  return {
    inspect: (file, signal) => inspectFile({ file, limits }, signal),
    start: async ({ file, facts, requestIds }, signal): Promise<Ticket> => {
      const wanted = { requestId: requestIds.start, sizeBytes: BigInt(file.size), sha256: required(facts).sha256 }
      const answer = await pictures.startUpload(wanted, { signal })
      return {
        pictureId: answer.pictureId,
        token: answer.uploadToken,
        url: answer.uploadUrl,
        headers: answer.uploadHeaders,
        expiresAtMs: timestampMs(required(answer.expiresAt)),
      }
    },
    put: ({ file, ticket }, signal, onProgress) => {
      const { url, headers } = required(ticket)
      return put({ file, url, headers, signal, onProgress })
    },
    finish: async ({ ticket, wish, requestIds }, onRecorded) => {
      const { publish, details } = required(wish)
      const { token, pictureId } = required(ticket)
      const recorded = { requestId: requestIds.finish, uploadToken: token, ...messageOf(details) }
      await pictures.finishUpload(recorded, { timeoutMs: DEVELOPING_MS })
      onRecorded()
      if (publish) await pictures.publishPicture({ requestId: requestIds.publish, pictureId })
      void askAgain(queries)
    },
  }
}

function messageOf({ title, description, altText, tags, price, currency, edition, licence }: Details) {
  const amountMinor = required(parseAmount(price, currency))
  return {
    details: { title, description, altText, tags: [...tags] },
    price: { amountMinor, currency },
    edition,
    licence,
  }
}

/** For what the step before has made sure of. */
function required<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('a step was taken before the one it needs')
  return value
}
