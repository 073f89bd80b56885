import type { Picture } from '@/gen/picasso/queries/v1/picture_pb'

export const GAP = 24
/** A column is at least so wide, as long as there is more than one. */
const NARROWEST = 260
/** What stands under a picture, in rem: as high as `PictureCard` makes it. */
const CAPTION_REM = 4.5
/** Of what has no pictures to show, which nothing on sale is. */
const UNKNOWN = { width: 4, height: 3 }

export interface Columns {
  count: number
  /** Of each, in pixels. */
  width: number
}

/** As many columns as fit, at least one. */
export function columnsIn(width: number): Columns {
  const count = Math.max(1, Math.floor((width + GAP) / (NARROWEST + GAP)))
  return { count, width: Math.max(0, (width - GAP * (count - 1)) / count) }
}

/** How high a card is, known before its picture is there: nothing moves when that comes. */
export function cardHeight(picture: Picture | undefined, width: number, rem: number): number {
  const { thumbnailLarge, thumbnailSmall } = picture ?? {}
  const shape = (thumbnailLarge ?? thumbnailSmall)?.dimensions ?? UNKNOWN
  return Math.round((width * shape.height) / shape.width) + CAPTION_REM * rem
}
