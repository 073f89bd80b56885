import { CircleCheck, CircleX, Clock, type LucideIcon, TriangleAlert } from 'lucide-react'

import { type PlainTextKey, useI18n } from '@/i18n'

import type { Health } from './health'

const MARKS: Record<Health, { Icon: LucideIcon; colour: string; text: PlainTextKey }> = {
  held: { Icon: CircleX, colour: 'text-danger', text: 'ops.held' },
  missing: { Icon: CircleX, colour: 'text-danger', text: 'ops.missing' },
  parked: { Icon: TriangleAlert, colour: 'text-danger', text: 'ops.hasParked' },
  behind: { Icon: Clock, colour: 'text-muted', text: 'ops.behind' },
  current: { Icon: CircleCheck, colour: 'text-success', text: 'ops.current' },
}

/** How a projection or a relay stands: a word, and an icon for the eye that runs down the column. */
export function HealthMark({ health }: { health: Health }) {
  const { t } = useI18n()
  const { Icon, colour, text } = MARKS[health]
  return (
    <span className={`inline-flex items-center gap-1.5 font-medium ${colour}`}>
      <Icon aria-hidden className="size-4 shrink-0" />
      {t(text)}
    </span>
  )
}
