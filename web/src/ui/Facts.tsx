import type { ReactNode } from 'react'

/** Names and what belongs to them, one below the other. */
export function Facts({ className = '', children }: { className?: string; children: ReactNode }) {
  return <dl className={`divide-y divide-line ${className}`}>{children}</dl>
}

export function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className="flex justify-between gap-6 py-3">
      <dt className="shrink-0 text-muted">{name}</dt>
      <dd className="min-w-0 text-right break-words">{children}</dd>
    </div>
  )
}
