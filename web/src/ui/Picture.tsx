import { useMemo } from 'react'

import type { Picture as PictureMessage } from '@/gen/picasso/queries/v1/picture_pb'
import type { Rendition } from '@/gen/picasso/types/v1/types_pb'

import { placeholderUrl } from './thumbhash'

interface PictureProps {
  of: PictureMessage
  /** How wide it is shown, as `<img sizes>`. */
  sizes: string
  /** Of what is seen first: loaded before anything else. */
  isFirst?: boolean
  /** The page of one picture shows the watermarked previews as well. */
  isLarge?: boolean
  /** It stands in a box that has its shape already. */
  isFilling?: boolean
  className?: string
}

/** A picture in a box of its exact shape, so that nothing moves while it loads; its ThumbHash shows until then. */
export function Picture({
  of,
  sizes,
  isFirst = false,
  isLarge = false,
  isFilling = false,
  className = '',
}: PictureProps) {
  const { thumbnailSmall, thumbnailLarge, previewSmall, preview, thumbhash, dominantColour } = of
  const placeholder = useMemo(() => placeholderUrl(thumbhash), [thumbhash])
  const renditions = [thumbnailSmall, thumbnailLarge, ...(isLarge ? [previewSmall, preview] : [])].filter(isShown)
  const largest = renditions.at(-1)
  if (!largest) return null
  return (
    <img
      src={largest.url}
      srcSet={renditions.map(({ url, dimensions }) => `${url} ${String(dimensions?.width)}w`).join(', ')}
      sizes={sizes}
      width={largest.dimensions?.width}
      height={largest.dimensions?.height}
      alt={of.altText || of.title}
      loading={isFirst ? 'eager' : 'lazy'}
      fetchPriority={isFirst ? 'high' : undefined}
      decoding="async"
      style={{ backgroundColor: dominantColour, backgroundImage: placeholder && `url(${placeholder})` }}
      className={`block w-full bg-cover ${isFilling ? 'h-full object-cover' : 'h-auto'} ${className}`}
    />
  )
}

function isShown(rendition: Rendition | undefined): rendition is Rendition {
  return rendition?.dimensions !== undefined
}
