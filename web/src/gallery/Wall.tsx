import { defaultRangeExtractor, type Range, useWindowVirtualizer } from '@tanstack/react-virtual'
import { useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react'

import type { ViewedPicture } from '@/gen/picasso/queries/v1/gallery_pb'

import { cardHeight, columnsIn, GAP } from './layout'
import { PictureCard } from './PictureCard'
import { useBox } from './useBox'

/**
 * Rows beyond the window that are there already when one scrolls or moves on with the tabulator; none before the first
 * picture has come, for which they would only be in the way.
 */
const OVERSCAN = 2
/** What the page's header covers, in pixels. */
const HEADER = 72

interface WallProps {
  label: string
  pictures: readonly ViewedPicture[]
  /** Whether there are more than these. */
  hasMore: boolean
  /** Called when the end is near; absent while there is nothing to be done about it. */
  onNearEnd: (() => void) | undefined
}

/** Where one is, to be there again when the columns change, with a telephone turned say. */
interface Place {
  width: number
  /** Of the card at the upper edge. */
  index: number
  /** How much of it lies above. */
  part: number
}

/**
 * Pictures in columns, each card as high as its picture asks. Only what is seen is in the document, in the order of the
 * list, which is the order for the keyboard and for screen readers.
 */
export function Wall({ label, pictures, hasMore, onNearEnd }: WallProps) {
  const [{ width, top, rem }, measured] = useBox()
  const columns = columnsIn(width)
  const [overscan, setOverscan] = useState(0)
  const goFurther = () => setOverscan(OVERSCAN)
  const virtualizer = useWindowVirtualizer({
    count: pictures.length,
    lanes: columns.count,
    gap: GAP,
    overscan,
    scrollMargin: top,
    estimateSize: (index) => cardHeight(pictures[index]?.picture, columns.width, rem),
    getItemKey: useCallback((index: number) => pictures[index]?.picture?.pictureId ?? index, [pictures]),
    scrollPaddingStart: HEADER,
    rangeExtractor: withFocused,
  })
  const place = useRef<Place>({ width, index: 0, part: 0 })
  useLayoutEffect(() => {
    virtualizer.measure()
    const { width: before, index, part } = place.current
    if (before === 0 || before === width || index === 0) return
    const [start = 0] = virtualizer.getOffsetForIndex(index, 'start') ?? []
    const height = cardHeight(pictures[index]?.picture, columns.width, rem)
    window.scrollTo({ top: start + part * height, behavior: 'instant' })
  }, [virtualizer, pictures, width, columns.width, rem])
  useLayoutEffect(() => {
    // Not `window.scrollY`, for which the browser would have to lay out the page at once.
    const seenFrom = (virtualizer.scrollOffset ?? 0) + HEADER
    const { index, start, size } = virtualizer.getVirtualItemForOffset(seenFrom) ?? { index: 0, start: 0, size: 1 }
    place.current = { width, index, part: (seenFrom - start) / size }
  })

  const cards = virtualizer.getVirtualItems()
  const lastSeen = virtualizer.range?.endIndex ?? 0
  const isNearEnd = hasMore && lastSeen >= pictures.length - 1 - 3 * columns.count
  useEffect(() => {
    if (isNearEnd) onNearEnd?.()
  }, [isNearEnd, onNearEnd])

  return (
    // eslint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- nobody interacts, pictures come
    <ul
      ref={measured}
      aria-label={label}
      className="relative"
      style={{ height: virtualizer.getTotalSize() }}
      onLoad={goFurther}
      onError={goFurther}
    >
      {cards.map(({ index, key, lane, start, size }) => {
        const viewed = pictures[index]
        return (
          viewed && (
            <li
              key={key}
              aria-posinset={index + 1}
              aria-setsize={hasMore ? -1 : pictures.length}
              data-index={index}
              className="absolute top-0 left-0"
              style={{
                width: columns.width,
                height: size,
                transform: `translate(${String(lane * (columns.width + GAP))}px, ${String(start - top)}px)`,
              }}
            >
              <PictureCard viewed={viewed} width={columns.width} isFirst={start < window.innerHeight} />
            </li>
          )
        )
      })}
    </ul>
  )
}

/** What has the focus stays in the document, however far one scrolls. */
function withFocused(range: Range): number[] {
  const indexes = defaultRangeExtractor(range)
  const focused = Number(document.activeElement?.closest<HTMLElement>('li[data-index]')?.dataset.index)
  if (!(focused < range.count) || indexes.includes(focused)) return indexes
  return [...indexes, focused].sort((a, b) => a - b)
}
