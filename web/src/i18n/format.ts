import { type Timestamp, timestampMs } from '@bufbuild/protobuf/wkt'

import type { Money } from '@/gen/picasso/types/v1/types_pb'

/** How a language writes money, times and numbers. */
export interface Format {
  money: (money: Pick<Money, 'amountMinor' | 'currency'>) => string
  number: (value: number | bigint) => string
  bytes: (size: number | bigint) => string
  date: (time: Timestamp) => string
  dateTime: (time: Timestamp) => string
  /** A day as the server writes it, 2026-11-25: it begins and ends in UTC. `short` leaves the year out. */
  day: (day: string, length?: 'short' | 'medium') => string
  /** To the second, for what happened in which order. */
  exact: (time: Timestamp) => string
  /** For example "3 hours ago". */
  ago: (time: Timestamp, nowMs?: number) => string
}

const DATES = {
  date: { dateStyle: 'long' },
  dateTime: { dateStyle: 'medium', timeStyle: 'short' },
  exact: { dateStyle: 'short', timeStyle: 'medium' },
  shortDay: { day: 'numeric', month: 'short', timeZone: 'UTC' },
  mediumDay: { dateStyle: 'medium', timeZone: 'UTC' },
} as const

export function formats(language: string): Format {
  const prices = kept((currency: string) => new Intl.NumberFormat(language, { style: 'currency', currency }))
  const dates = kept((style: keyof typeof DATES) => new Intl.DateTimeFormat(language, DATES[style]))
  const sizes = kept((step: number) => new Intl.NumberFormat(language, sizeOptions(step)))
  const numbers = new Intl.NumberFormat(language)
  const distances = new Intl.RelativeTimeFormat(language, { numeric: 'auto' })
  return {
    money: ({ amountMinor, currency }) => prices(currency).format(major(amountMinor, currency)),
    number: (value) => numbers.format(value),
    bytes: (size) => {
      const step = sizeStep(Number(size))
      return sizes(step).format(Number(size) / 1000 ** step)
    },
    date: (time) => dates('date').format(timestampMs(time)),
    dateTime: (time) => dates('dateTime').format(timestampMs(time)),
    day: (day, length = 'medium') => dates(`${length}Day`).format(Date.parse(day)),
    exact: (time) => dates('exact').format(timestampMs(time)),
    ago: (time, nowMs = Date.now()) => distances.format(...distance(timestampMs(time) - nowMs)),
  }
}

/** Each is made once, when it is first needed: that takes a phone some milliseconds. */
function kept<K, V>(make: (key: K) => V): (key: K) => V {
  const all = new Map<K, V>()
  return (key) => {
    const value = all.get(key) ?? make(key)
    all.set(key, value)
    return value
  }
}

/** How many digits the minor unit of a currency has: 2 for EUR, 0 for JPY. */
export const minorDigits = kept(
  (currency: string) =>
    new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions().maximumFractionDigits ?? 2,
)

/** As decimal digits, never as a float: Intl takes them exactly. */
export function major(amountMinor: bigint, currency: string): `${number}` {
  const digits = minorDigits(currency)
  const sign = amountMinor < 0n ? '-' : ''
  const all = String(amountMinor < 0n ? -amountMinor : amountMinor).padStart(digits + 1, '0')
  const whole = all.slice(0, all.length - digits)
  return (digits === 0 ? sign + whole : `${sign}${whole}.${all.slice(-digits)}`) as `${number}`
}

const SIZES = ['byte', 'kilobyte', 'megabyte', 'gigabyte'] as const

/** How often a size can be divided by a thousand. */
function sizeStep(size: number): number {
  return size < 1000 ? 0 : Math.min(Math.floor(Math.log10(size) / 3), SIZES.length - 1)
}

function sizeOptions(step: number) {
  return { style: 'unit', unit: SIZES[step], unitDisplay: 'short', maximumFractionDigits: step && 1 } as const
}

const UNITS = [
  ['year', 365 * 86_400],
  ['month', 30 * 86_400],
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
] as const

function distance(ms: number): [number, Intl.RelativeTimeFormatUnit] {
  const seconds = Math.round(ms / 1000)
  const unit = UNITS.find(([, length]) => Math.abs(seconds) >= length)
  return unit ? [Math.trunc(seconds / unit[1]), unit[0]] : [seconds, 'second']
}
