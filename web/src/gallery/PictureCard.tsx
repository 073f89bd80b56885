import { Link } from '@tanstack/react-router'
import { Gem } from 'lucide-react'
import { memo } from 'react'

import type { ViewedPicture } from '@/gen/picasso/queries/v1/gallery_pb'
import type { Person } from '@/gen/picasso/queries/v1/picture_pb'
import { Edition } from '@/gen/picasso/types/v1/types_pb'
import { useI18n } from '@/i18n'
import { LikeButton } from '@/likes/LikeButton'
import { Money } from '@/ui/Money'
import { Picture } from '@/ui/Picture'

interface PictureCardProps {
  viewed: ViewedPicture
  /** Of the card, in pixels. */
  width: number
  isFirst: boolean
}

/** All of it leads to the picture's page, by the one link of its title; what else can be pressed lies above that. */
export const PictureCard = memo(function PictureCard({ viewed, width, isFirst }: PictureCardProps) {
  const { t } = useI18n()
  const { picture } = viewed
  if (!picture) return null
  const { pictureId, title, artist, price, edition } = picture
  return (
    <article className="relative flex h-full flex-col">
      <div className="min-h-0 grow">
        <Picture
          of={picture}
          sizes={`${String(Math.round(width))}px`}
          isFirst={isFirst}
          isFilling
          className="rounded-card"
        />
      </div>
      <div className="mt-2 flex h-16 shrink-0 items-start gap-3 px-1">
        <div className="min-w-0 grow">
          <h2 className="font-medium">
            <Link
              to="/pictures/$id"
              params={{ id: pictureId }}
              className="block truncate leading-6 after:absolute after:inset-0"
            >
              {title}
            </Link>
          </h2>
          <p className="truncate text-sm leading-6 text-muted">
            <Artist of={artist} />
          </p>
        </div>
        <div className="flex shrink-0 flex-col items-end text-sm">
          <p className="flex items-center gap-1.5 font-semibold">
            {edition === Edition.EXCLUSIVE && (
              <Gem role="img" aria-label={t('explore.exclusive')} className="size-4 text-muted" />
            )}
            <Money of={price} />
          </p>
          <LikeButton viewed={viewed} className="relative z-10 -mr-3" />
        </div>
      </div>
    </article>
  )
})

function Artist({ of: artist }: { of: Person | undefined }) {
  const { t } = useI18n()
  const text = t('explore.by', { artist: artist?.displayName || t('explore.unnamed') })
  if (!artist?.handle) return text
  return (
    <Link
      to="/artists/$handle"
      params={{ handle: artist.handle }}
      className="relative z-10 inline-block max-w-full truncate align-top underline-offset-4 hover:underline"
    >
      {text}
    </Link>
  )
}
