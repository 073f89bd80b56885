import { useNavigate } from '@tanstack/react-router'
import { Search, Tag, UserRound } from 'lucide-react'
import { type ReactNode, useState } from 'react'

import { useI18n } from '@/i18n'
import { Combobox, type Option } from '@/ui/Combobox'

import { type ExploreSearch, MOST_CHARACTERS } from './search'
import { useSuggestions } from './useSuggestions'
import { useWords } from './useWords'

interface SearchBoxProps {
  words: string
  onChange: (change: ExploreSearch) => void
}

/** Words to search for, and what the gallery proposes: a tag to see its pictures, an artist to go to. */
export function SearchBox({ words, onChange }: SearchBoxProps) {
  const { t } = useI18n()
  const [isOpen, setOpen] = useState(false)
  const { text, type, tellNow } = useWords(words, (words) => onChange({ words: words || undefined }))
  const { tags = [], artists = [] } = useSuggestions(text, isOpen)
  const navigate = useNavigate()
  const options: Option[] = [
    ...tags.map(({ tag, pictures }) => ({
      key: `tag ${tag}`,
      content: <Proposal icon={<Tag aria-hidden className="size-4 text-muted" />} name={tag} pictures={pictures} />,
      onChoose: () => {
        type('')
        onChange({ tag, words: undefined })
      },
    })),
    ...artists.flatMap(({ person, pictures }) =>
      person
        ? {
            key: `artist ${person.userId}`,
            content: (
              <Proposal
                icon={<UserRound aria-hidden className="size-4 text-muted" />}
                name={person.displayName}
                pictures={pictures}
              />
            ),
            onChoose: () => void navigate({ to: '/artists/$handle', params: { handle: person.handle } }),
          }
        : [],
    ),
  ]
  return (
    <Combobox
      label={t('explore.search')}
      maxLength={MOST_CHARACTERS}
      icon={<Search aria-hidden className="pointer-events-none absolute top-3.5 left-4 size-5 text-muted" />}
      value={text}
      onChange={type}
      onSubmit={() => tellNow()}
      options={options}
      onOpenChange={setOpen}
    />
  )
}

function Proposal({ icon, name, pictures }: { icon: ReactNode; name: string; pictures: bigint }) {
  const { t } = useI18n()
  return (
    <>
      {icon}
      <span className="min-w-0 grow truncate">{name}</span>
      <span className="shrink-0 text-muted">{t('explore.count', { count: Number(pictures) })}</span>
    </>
  )
}
