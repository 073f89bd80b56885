import { Bar, BarChart, CartesianGrid, ResponsiveContainer, Tooltip, XAxis, YAxis } from 'recharts'

import type { SalesDay } from '@/gen/picasso/queries/v1/sales_pb'
import { useI18n } from '@/i18n'

const TICK = { fill: 'var(--color-muted)', fontSize: 12 }

/** A bar for each day, as high as what was sold on it. */
export function DayChart({ currency, days }: { currency: string; days: readonly SalesDay[] }) {
  const { format } = useI18n()
  // Only for how high a bar is: every figure that is read is written from the exact amount.
  const bars = days.map((day) => ({ day: day.day, height: Number(day.gross?.amountMinor ?? 0n) }))
  const amount = (minor: number) => format.money({ amountMinor: BigInt(Math.round(minor)), currency })
  return (
    <ResponsiveContainer width="100%" height="100%">
      <BarChart data={bars} accessibilityLayer={false} margin={{ top: 8, right: 0, bottom: 0, left: 0 }}>
        <CartesianGrid vertical={false} stroke="var(--color-line)" />
        <XAxis
          dataKey="day"
          tickFormatter={(day: string) => format.day(day, 'short')}
          tick={TICK}
          tickLine={false}
          axisLine={{ stroke: 'var(--color-outline)' }}
          minTickGap={24}
        />
        <YAxis
          tickFormatter={amount}
          tick={TICK}
          tickLine={false}
          axisLine={false}
          width="auto"
          allowDecimals={false}
        />
        <Tooltip
          cursor={{ fill: 'var(--color-surface)', stroke: 'none' }}
          content={<Hint days={days} />}
          isAnimationActive={false}
        />
        <Bar
          dataKey="height"
          fill="var(--color-accent)"
          radius={[4, 4, 0, 0]}
          maxBarSize={40}
          isAnimationActive={false}
        />
      </BarChart>
    </ResponsiveContainer>
  )
}

/** The figures of the day that is pointed at. */
function Hint({ days, label, active }: { days: readonly SalesDay[]; label?: unknown; active?: boolean }) {
  const { t, format } = useI18n()
  const day = days.find(({ day }) => day === label)
  if (!active || !day) return null
  const { gross, fees, refunds, refunded } = day
  const lines = [
    gross && [t('selling.salesCount'), `${format.number(day.sales)} · ${format.money(gross)}`],
    fees && [t('selling.fees'), format.money(fees)],
    refunded && refunds > 0n && [t('selling.refunded'), format.money(refunded)],
  ].filter((line) => Array.isArray(line))
  return (
    <div className="rounded-lg border border-line bg-raised p-3 text-sm shadow-raised">
      <p className="font-semibold">{format.day(day.day)}</p>
      <dl className="mt-1">
        {lines.map(([name, value]) => (
          <div key={name} className="flex justify-between gap-4">
            <dt className="text-muted">{name}</dt>
            <dd className="tabular-nums">{value}</dd>
          </div>
        ))}
      </dl>
    </div>
  )
}
