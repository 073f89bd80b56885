import { type Timestamp, timestampDate } from '@bufbuild/protobuf/wkt'

import { useI18n } from '@/i18n'

interface TimeProps {
  at: Timestamp | undefined
  /** `ago` for what is recent; the exact time stands in its tooltip. */
  as?: 'date' | 'dateTime' | 'exact' | 'ago'
}

export function Time({ at, as = 'date' }: TimeProps) {
  const { format } = useI18n()
  if (!at) return null
  return (
    <time dateTime={timestampDate(at).toISOString()} title={format.dateTime(at)}>
      {format[as](at)}
    </time>
  )
}
