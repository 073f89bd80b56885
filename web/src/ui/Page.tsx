import type { ReactNode } from 'react'

interface PageProps {
  /** Of the tab, and the heading if there is no other. */
  title: string
  heading?: string
  intro?: ReactNode
  /** `narrow` for forms and texts. */
  width?: 'full' | 'narrow'
  children: ReactNode
}

/** A page: its title in the tab, and its one `h1`, which a navigation moves the focus to. */
export function Page({ title, heading = title, intro, width = 'full', children }: PageProps) {
  return (
    <div className={width === 'narrow' ? 'mx-auto max-w-md' : ''}>
      <title>{`${title} · Picasso`}</title>
      <h1 tabIndex={-1} className="text-3xl font-bold tracking-tight sm:text-4xl">
        {heading}
      </h1>
      {intro && <p className="mt-2 text-muted">{intro}</p>}
      <div className="mt-8">{children}</div>
    </div>
  )
}
