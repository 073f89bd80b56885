import { createRegistry, fromBinary, type Message } from '@bufbuild/protobuf'
import type { BrowserContext, Request } from 'playwright-core'

import { file_picasso_commands_v1_account } from '@/gen/picasso/commands/v1/account_pb'
import { file_picasso_commands_v1_payout } from '@/gen/picasso/commands/v1/payout_pb'
import { file_picasso_commands_v1_picture } from '@/gen/picasso/commands/v1/picture_pb'
import { file_picasso_commands_v1_purchase } from '@/gen/picasso/commands/v1/purchase_pb'
import { file_picasso_commands_v1_reaction } from '@/gen/picasso/commands/v1/reaction_pb'
import { file_picasso_operations_v1_operations } from '@/gen/picasso/operations/v1/operations_pb'

const services = createRegistry(
  file_picasso_commands_v1_account,
  file_picasso_commands_v1_payout,
  file_picasso_commands_v1_picture,
  file_picasso_commands_v1_purchase,
  file_picasso_commands_v1_reaction,
  file_picasso_operations_v1_operations,
)
/** Before the message: a flag and its length. */
const ENVELOPE_BYTES = 5

/** What the pages of a browser do from now on: commands, and what operators order. */
export class Sent {
  /** A command that is repeated under its request id is the same act. */
  readonly acts = new Set<string>()
  readonly #underWay = new Set<Request>()

  constructor(context: BrowserContext) {
    context.on('request', (request) => this.#note(request))
    context.on('requestfinished', (request) => this.#underWay.delete(request))
    context.on('requestfailed', (request) => this.#underWay.delete(request))
  }

  get isAnswered() {
    return this.#underWay.size === 0
  }

  #note(request: Request) {
    const [service = '', name = ''] = new URL(request.url()).pathname.split('/').slice(1)
    const method = services.getService(service)?.methods.find((method) => method.name === name)
    const body = request.postDataBuffer()
    if (!method || !body || /^(Get|List)/.test(name)) return
    const message = fromBinary(method.input, body.subarray(ENVELOPE_BYTES)) as Message & { requestId?: string }
    this.acts.add(`${name} ${message.requestId ?? `the ${String(this.acts.size + 1)}.`}`)
    this.#underWay.add(request)
  }
}
