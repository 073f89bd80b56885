import { ImageIcon } from 'lucide-react'
import { useCallback } from 'react'

const BOX = 'size-20 shrink-0 rounded-lg bg-surface sm:size-28'

/** The file's name stands beside it: nothing is said twice. */
export function Thumbnail({ of }: { of: Blob | undefined }) {
  const show = useCallback(
    (image: HTMLImageElement) => {
      if (!of) return undefined
      const url = URL.createObjectURL(of)
      image.src = url
      return () => URL.revokeObjectURL(url)
    },
    [of],
  )
  if (of) return <img ref={show} alt="" className={`${BOX} object-cover`} />
  return (
    <div aria-hidden className={`${BOX} flex items-center justify-center`}>
      <ImageIcon className="size-6 text-muted" />
    </div>
  )
}
