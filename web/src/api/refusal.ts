import { Code, ConnectError } from '@connectrpc/connect'
import { durationMs } from '@bufbuild/protobuf/wkt'

import { BadRequestSchema, ErrorInfoSchema, RetryInfoSchema } from '@/gen/google/rpc/error_details_pb'

export const CORRELATION_ID = 'x-correlation-id'
const DOMAIN = 'picasso'

/** Why a call failed, as `docs/errors.md` names it. Programs branch on `reason`, never on a message. */
export interface Refusal {
  reason: string
  code: Code
  metadata: Readonly<Record<string, string>>
  fieldViolations: readonly { field: string; description: string }[]
  /** How long to wait before trying again; absent when the server did not say. */
  retryDelayMs?: number
  /** Finds the call in the server's log. */
  correlationId?: string
}

/** The server gave no answer that a Picasso would give: it is off, or something stands in between. */
export const UNREACHABLE = 'UNREACHABLE'

export function refusalOf(error: unknown): Refusal {
  const failure = ConnectError.from(error)
  const info = failure.findDetails(ErrorInfoSchema).find(({ domain }) => domain === DOMAIN)
  const delay = failure.findDetails(RetryInfoSchema)[0]?.retryDelay
  return {
    reason: info?.reason ?? reasonWithoutInfo(failure),
    code: failure.code,
    metadata: info?.metadata ?? {},
    fieldViolations: failure.findDetails(BadRequestSchema).flatMap(({ fieldViolations }) => fieldViolations),
    retryDelayMs: delay && durationMs(delay),
    correlationId: failure.metadata.get(CORRELATION_ID) ?? undefined,
  }
}

function reasonWithoutInfo(failure: ConnectError): string {
  if (failure.code === Code.DeadlineExceeded) return 'DEADLINE_EXCEEDED'
  if (failure.code === Code.Unavailable || failure.cause instanceof TypeError) return UNREACHABLE
  return 'INTERNAL'
}

const PASSING = new Set<Code>([Code.Unavailable, Code.DeadlineExceeded, Code.ResourceExhausted])
/** They have a passing code but do not pass by themselves. */
const LASTING = new Set(['TOO_MANY_ATTEMPTS'])

/** Whether the same call may well succeed in a moment. */
export function passes({ code, reason }: Refusal): boolean {
  return !LASTING.has(reason) && (PASSING.has(code) || reason === UNREACHABLE || reason === 'CONTENDED')
}

/** Whether an address names nothing: there is no such thing, or there could not be. */
export function isMissing(error: unknown): boolean {
  const { code, reason } = refusalOf(error)
  return code === Code.NotFound || reason === 'INVALID_VALUE'
}
