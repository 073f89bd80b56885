import { type Picture, PictureStage } from '@/gen/picasso/queries/v1/picture_pb'
import type { Rendition } from '@/gen/picasso/types/v1/types_pb'

type State = 'unpublished' | 'withdrawn' | 'sold' | 'reserved'

/** What keeps a picture from being bought by everybody; absent of what is simply for sale. */
export function stateOf({ stage, reserved }: Pick<Picture, 'stage' | 'reserved'>): State | undefined {
  if (stage === PictureStage.SOLD) return 'sold'
  if (stage === PictureStage.WITHDRAWN) return 'withdrawn'
  if (stage !== PictureStage.PUBLISHED) return 'unpublished'
  return reserved ? 'reserved' : undefined
}

/** Whether everybody sees it who has its address. */
export function isPublic({ stage }: Pick<Picture, 'stage'>): boolean {
  return stage === PictureStage.PUBLISHED || stage === PictureStage.SOLD
}

/** For example JPEG for image/jpeg and SVG for image/svg+xml. */
export function formatName(mediaType: string): string {
  const [, subtype = mediaType] = mediaType.split('/')
  return subtype.replace(/\+.*$/, '').toUpperCase()
}

/** So wide that the whole picture is seen at once: as high as most of the window. */
export function widthInWindow({ dimensions }: Pick<Rendition, 'dimensions'>): string | undefined {
  if (!dimensions?.height) return undefined
  return `calc(80svh * ${String(dimensions.width)} / ${String(dimensions.height)})`
}
