import { create } from '@bufbuild/protobuf'
import { expect, test } from 'vitest'

import { SalesDaySchema } from '@/gen/picasso/queries/v1/sales_pb'

import { eventful, sellingSearch } from './days'

test('an address with a span nobody offers is as if it had none', () => {
  expect(sellingSearch({ days: 7 })).toEqual({ days: 7 })
  expect(sellingSearch({ days: '90' })).toEqual({ days: 90 })
  for (const days of [28, 0, 91, -7, 'all', undefined, [7, 28]]) expect(sellingSearch({ days })).toEqual({})
})

test('the days to read are those on which something was sold or taken back, the latest first', () => {
  const day = (day: string, sales: bigint, refunds = 0n) => create(SalesDaySchema, { day, sales, refunds })
  const days = [day('2026-01-01', 1n), day('2026-01-02', 0n), day('2026-01-03', 0n, 1n), day('2026-01-04', 0n)]
  expect(eventful(days).map(({ day }) => day)).toEqual(['2026-01-03', '2026-01-01'])
  expect(days[0]?.day).toBe('2026-01-01')
})
