import { type Picture, PictureStage } from '@/gen/picasso/queries/v1/picture_pb'

type Standing = 'kept' | 'forSale' | 'reserved' | 'withdrawn' | 'bought'
type Staged = Pick<Picture, 'stage' | 'reserved'>

/** How a picture stands, as its owner sees it: the owner of a sold one is who has bought it. */
export function standingOf({ stage, reserved }: Staged): Standing {
  if (stage === PictureStage.SOLD) return 'bought'
  if (stage === PictureStage.WITHDRAWN) return 'withdrawn'
  if (stage !== PictureStage.PUBLISHED) return 'kept'
  return reserved ? 'reserved' : 'forSale'
}

/** What its owner can do with it. */
export function allowedAt(picture: Staged) {
  const standing = standingOf(picture)
  return {
    canPublish: standing === 'kept' || standing === 'withdrawn',
    canWithdraw: standing === 'forSale',
    canChange: standing !== 'bought',
  }
}
