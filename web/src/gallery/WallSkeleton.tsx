import { Loading } from '@/ui/Loading'
import { Skeleton } from '@/ui/Skeleton'

/** As high as pictures of different shapes are. */
const SHAPES = ['aspect-4/5', 'aspect-4/3', 'aspect-square', 'aspect-3/4', 'aspect-4/3', 'aspect-4/5']

/** Pictures on their way. As high as the window, so that the footer is not seen to go when they come. */
export function WallSkeleton() {
  return (
    <Loading className="min-h-dvh gap-6 [column-width:260px]">
      {SHAPES.map((shape, index) => (
        <Skeleton key={index} className={`mb-6 rounded-card ${shape}`} />
      ))}
    </Loading>
  )
}
