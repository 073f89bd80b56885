import { Link } from '@tanstack/react-router'

import type { Person } from '@/gen/picasso/queries/v1/picture_pb'
import { useI18n } from '@/i18n'

interface PersonLinkProps {
  of: Person | undefined
  className?: string
}

/** Somebody by name, which leads to their pictures. */
export function PersonLink({ of: person, className = 'text-ink underline' }: PersonLinkProps) {
  const { t } = useI18n()
  const name = person?.displayName || t('explore.unnamed')
  if (!person?.handle) return name
  return (
    <Link to="/artists/$handle" params={{ handle: person.handle }} className={className}>
      {name}
    </Link>
  )
}
