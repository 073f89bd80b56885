import { CircleDashed, CircleSlash, Hourglass, KeyRound, Tag } from 'lucide-react'

import type { Picture } from '@/gen/picasso/queries/v1/picture_pb'
import { useI18n } from '@/i18n'

import { standingOf } from './standing'

const ICONS = {
  kept: CircleDashed,
  forSale: Tag,
  reserved: Hourglass,
  withdrawn: CircleSlash,
  bought: KeyRound,
}

/** In words and by a sign, never by colour alone. */
export function StandingMark({ of }: { of: Picture }) {
  const { t } = useI18n()
  const standing = standingOf(of)
  const Icon = ICONS[standing]
  return (
    <p
      className={`inline-flex items-center gap-1.5 rounded-full bg-surface px-3 py-1 text-sm font-medium ${
        standing === 'forSale' ? 'text-success' : 'text-ink'
      }`}
    >
      <Icon aria-hidden className="size-4 shrink-0" />
      {t(`studio.${standing}`)}
    </p>
  )
}
