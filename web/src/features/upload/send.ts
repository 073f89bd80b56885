import { Code } from '@connectrpc/connect'

import { refuse } from '@/api/refuse'
import { UNREACHABLE } from '@/api/refusal'

interface Delivery {
  file: Blob
  url: string
  headers: Readonly<Record<string, string>>
  signal: AbortSignal
  onProgress: (sentBytes: number) => void
}

/** PUTs a file with exactly the headers given. XMLHttpRequest, since fetch tells no progress of sending. */
export function put({ file, url, headers, signal, onProgress }: Delivery): Promise<void> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted()
    const request = new XMLHttpRequest()
    request.open('PUT', url)
    // A file's own type would be sent along, which an address signed without it refuses.
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value)
    request.upload.onprogress = ({ loaded }) => onProgress(loaded)
    request.onload = () => {
      if (request.status < 300) resolve()
      else reject(refusalOfAnswer(request.status, request.responseText))
    }
    request.onerror = () => reject(refuse(UNREACHABLE, Code.Unavailable))
    request.onabort = () => reject(signal.reason as Error)
    signal.addEventListener('abort', () => request.abort(), { once: true })
    request.send(file.slice(0, file.size, ''))
  })
}

/** Picasso answers with a problem document (RFC 9457); a storage service with XML that people need not see. */
export function refusalOfAnswer(status: number, text: string) {
  const { reason, metadata } = problemOf(text)
  return refuse(reason ?? reasonOfStatus(status), codeOf(status), metadata)
}

interface Problem {
  reason?: string
  metadata?: Record<string, string>
}

function problemOf(text: string): Problem {
  try {
    return (JSON.parse(text) as Problem | null) ?? {}
  } catch {
    return {}
  }
}

function reasonOfStatus(status: number): string {
  // What S3 says of an address that is too old.
  if (status === 403) return 'LINK_EXPIRED'
  return status >= 500 || status === 429 ? 'SERVICE_UNAVAILABLE' : 'INTERNAL'
}

function codeOf(status: number): Code {
  if (status === 429) return Code.ResourceExhausted
  if (status >= 500) return Code.Unavailable
  return status === 403 ? Code.PermissionDenied : Code.InvalidArgument
}
