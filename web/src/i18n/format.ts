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

export function formats(language: string): Format {
  const numbers = new Intl.NumberFormat(language)
  const dates = new Intl.DateTimeFormat(language, { dateStyle: 'long' })
  const dateTimes = new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'short' })
  const exacts = new Intl.DateTimeFormat(language, { dateStyle: 'short', timeStyle: 'medium' })
  const days = {
    short: new Intl.DateTimeFormat(language, { day: 'numeric', month: 'short', timeZone: 'UTC' }),
    medium: new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeZone: 'UTC' }),
  }
  const distances = new Intl.RelativeTimeFormat(language, { numeric: 'auto' })
  return {
    money: ({ amountMinor, currency }) =>
      new Intl.NumberFormat(language, { style: 'currency', currency }).format(major(amountMinor, currency)),
    number: (value) => numbers.format(value),
    bytes: (size) => bytes(Number(size), language),
    date: (time) => dates.format(timestampMs(time)),
    dateTime: (time) => dateTimes.format(timestampMs(time)),
    day: (day, length = 'medium') => days[length].format(Date.parse(day)),
    exact: (time) => exacts.format(timestampMs(time)),
    ago: (time, nowMs = Date.now()) => distances.format(...distance(timestampMs(time) - nowMs)),
  }
}

/** How many digits the minor unit of a currency has: 2 for EUR, 0 for JPY. */
export function minorDigits(currency: string): number {
  return new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions().maximumFractionDigits ?? 2
}

/** As decimal digits, never as a float: Intl takes them exactly. */
export function major(amountMinor: bigint, currency: string): `${number}` {
  const digits = minorDigits(currency)
  const sign = amountMinor < 0n ? '-' : ''
  const all = String(amountMinor < 0n ? -amountMinor : amountMinor).padStart(digits + 1, '0')
  const whole = all.slice(0, all.length - digits)
  return (digits === 0 ? sign + whole : `${sign}${whole}.${all.slice(-digits)}`) as `${number}`
}

const SIZES = ['byte', 'kilobyte', 'megabyte', 'gigabyte'] as const

function bytes(size: number, language: string): string {
  const step = size < 1000 ? 0 : Math.min(Math.floor(Math.log10(size) / 3), SIZES.length - 1)
  const options = {
    style: 'unit',
    unit: SIZES[step],
    unitDisplay: 'short',
    maximumFractionDigits: step && 1,
  } as const
  return new Intl.NumberFormat(language, options).format(size / 1000 ** step)
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
