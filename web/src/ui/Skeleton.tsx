import type { CSSProperties } from 'react'

/** The place of something that is being loaded. Who lists them says so once, with `aria-busy`. */
export function Skeleton({ className = '', style }: { className?: string; style?: CSSProperties }) {
  return <div aria-hidden className={`animate-pulse rounded-lg bg-surface ${className}`} style={style} />
}
