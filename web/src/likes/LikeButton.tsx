import { Heart } from 'lucide-react'

import type { ViewedPicture } from '@/gen/picasso/queries/v1/gallery_pb'
import { PictureStage } from '@/gen/picasso/queries/v1/picture_pb'
import { useI18n } from '@/i18n'

import { useLike } from './useLike'

/** How many like a picture, and whether the viewer does. What is not for sale can only lose its like. */
export function LikeButton({ viewed, className = '' }: { viewed: ViewedPicture; className?: string }) {
  const { t, format } = useI18n()
  const { picture, liked } = viewed
  const toggle = useLike(picture?.pictureId ?? '', liked)
  if (!picture) return null
  const { title, likes, stage } = picture
  const count = (
    <>
      <Heart aria-hidden className={`size-5 ${liked ? 'fill-current text-accent' : ''}`} />
      <span aria-hidden className="tabular-nums">
        {format.number(likes)}
      </span>
      <span className="sr-only">{t('explore.likes', { count: Number(likes) })}</span>
    </>
  )
  const shape = `inline-flex min-h-11 min-w-11 items-center justify-center gap-1.5 rounded-full px-3 text-sm ${className}`
  if (stage !== PictureStage.PUBLISHED && !liked) return <p className={`text-muted ${shape}`}>{count}</p>
  return (
    <button
      type="button"
      aria-pressed={liked}
      onClick={() => void toggle()}
      className={`transition-colors hover:bg-surface ${liked ? 'text-ink' : 'text-muted hover:text-ink'} ${shape}`}
    >
      <span className="sr-only">{t('picture.like', { title })}</span>
      {count}
    </button>
  )
}
