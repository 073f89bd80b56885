import type { SalesDay } from '@/gen/picasso/queries/v1/sales_pb'

export const SPANS = ['7', '28', '90'] as const
export type Span = (typeof SPANS)[number]
export const USUAL: Span = '28'

/** Over how many days one looks; left out of the address when it is as usual. */
export function sellingSearch({ days }: Record<string, unknown>): { days?: number } {
  const span = SPANS.find((span) => span === String(days))
  return span === undefined || span === USUAL ? {} : { days: Number(span) }
}

/** The days to read one by one, the latest first. */
export function eventful(days: readonly SalesDay[]): SalesDay[] {
  return days.filter(({ sales, refunds }) => sales > 0n || refunds > 0n).reverse()
}
