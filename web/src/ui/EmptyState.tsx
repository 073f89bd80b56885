import type { ReactNode } from 'react'

interface EmptyStateProps {
  title: string
  text?: string
  /** What one can do about it. */
  children?: ReactNode
}

export function EmptyState({ title, text, children }: EmptyStateProps) {
  return (
    <div className="mx-auto flex max-w-md flex-col items-center gap-3 py-20 text-center">
      <h2 className="text-xl font-semibold">{title}</h2>
      {text && <p className="text-muted">{text}</p>}
      {children}
    </div>
  )
}
