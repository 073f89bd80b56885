import { PayoutStatus } from '@/gen/picasso/queries/v1/payout_pb'
import type { PlainTextKey } from '@/i18n'

export const PAYOUT_STATUS: Record<PayoutStatus, PlainTextKey> = {
  [PayoutStatus.UNSPECIFIED]: 'selling.payoutNone',
  [PayoutStatus.NONE]: 'selling.payoutNone',
  [PayoutStatus.REQUESTED]: 'selling.payoutRequested',
  [PayoutStatus.INCOMPLETE]: 'selling.payoutIncomplete',
  [PayoutStatus.ENABLED]: 'selling.payoutEnabled',
  [PayoutStatus.DISABLED]: 'selling.payoutDisabled',
}
