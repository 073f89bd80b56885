import { Code, ConnectError } from '@connectrpc/connect'

import { ErrorInfoSchema } from '@/gen/google/rpc/error_details_pb'

/** A refusal as the server words it, for what is refused without asking it or over plain HTTP. */
export function refuse(reason: string, code: Code, metadata: Record<string, string> = {}, cause?: unknown) {
  const info = { desc: ErrorInfoSchema, value: { reason, domain: 'picasso', metadata } }
  return new ConnectError('refused', code, undefined, [info], cause)
}
