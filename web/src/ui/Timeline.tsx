import type { ReactNode } from 'react'

/** What happened, the latest first. */
export function Timeline({ children }: { children: ReactNode }) {
  return <ol className="mt-3 border-l-2 border-line">{children}</ol>
}

interface MomentProps {
  text: ReactNode
  isLatest: boolean
  /** When it was, and what else there is to say. */
  children: ReactNode
}

export function Moment({ text, isLatest, children }: MomentProps) {
  return (
    <li className="relative py-2 pl-5">
      <span
        aria-hidden
        className={`absolute top-4 -left-[5px] size-2 rounded-full ${isLatest ? 'bg-accent' : 'bg-outline'}`}
      />
      <p className={`break-words ${isLatest ? 'font-medium' : ''}`}>{text}</p>
      <p className="text-sm text-muted">{children}</p>
    </li>
  )
}
