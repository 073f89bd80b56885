/** The server knows no others: see UNKNOWN_AGGREGATE_TYPE in docs/errors.md. */
export const AGGREGATE_TYPES = ['account', 'handle', 'payout_account', 'picture', 'purchase', 'reaction'] as const

export function isAggregateType(text: string): boolean {
  return (AGGREGATE_TYPES as readonly string[]).includes(text)
}

/** One aggregate, perhaps as it was, as the address of the page names it. */
export interface Lookup {
  type?: string
  id?: string
  at?: number
}

/** What the address says wrongly is left out. */
export function lookupOf({ type, id, at }: Record<string, unknown>): Lookup {
  return {
    ...(typeof type === 'string' && isAggregateType(type) && { type }),
    ...((typeof id === 'string' || typeof id === 'number') && id !== '' && { id: String(id) }),
    ...(typeof at === 'number' && Number.isSafeInteger(at) && at > 0 && { at }),
  }
}
