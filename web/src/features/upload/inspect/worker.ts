// Reads and hashes files beside the page, so that it stays quick to the touch.
import type { PictureLimits } from '@/config'

import { inspect, type Facts, type Unfit } from './inspect'

/** A file, and what would be too large. */
export interface Question {
  file: Blob
  limits: PictureLimits
}

export type Finding = { facts: Facts | Unfit } | { unreadable: string }

addEventListener('message', ({ data }: MessageEvent<Question>) => {
  inspect(data.file, data.limits).then(
    (facts) => answer({ facts }),
    (error: unknown) => answer({ unreadable: String(error) }),
  )
})

function answer(finding: Finding) {
  postMessage(finding)
}
