import { X } from 'lucide-react'
import { useState } from 'react'

import { useI18n } from '@/i18n'
import { Button } from '@/ui/Button'
import { Field } from '@/ui/Field'

import { MAX_TAGS, tagOf } from './rules'

interface TagsFieldProps {
  tags: readonly string[]
  error?: string
  onChange: (tags: readonly string[]) => void
}

/** Tags as chips: Enter, a comma or leaving the field adds what is typed. */
export function TagsField({ tags, error, onChange }: TagsFieldProps) {
  const { t } = useI18n()
  const [text, setText] = useState('')
  const [refused, setRefused] = useState<string>()

  const add = (typed: string) => {
    const words = typed.split(/[,\n]/).filter((word) => word.trim() !== '')
    const bad = words.find((word) => tagOf(word) === undefined)
    const all = [...new Set([...tags, ...words.flatMap((word) => tagOf(word) ?? [])])]
    const isTooMany = all.length > MAX_TAGS
    if (isTooMany) setRefused(t('upload.tooManyTags', { max: MAX_TAGS }))
    else setRefused(bad && t('upload.tagMalformed', { tag: bad.trim() }))
    // What could not be taken stays in the field.
    setText(isTooMany ? typed : (bad?.trim() ?? ''))
    if (!isTooMany && all.length > tags.length) onChange(all)
  }

  return (
    <div className="space-y-2">
      <Field
        label={t('upload.tags')}
        hint={t('upload.tagsHint')}
        error={refused ?? error}
        value={text}
        autoCapitalize="none"
        autoComplete="off"
        enterKeyHint="done"
        onChange={({ target }) => (target.value.includes(',') ? add(target.value) : setText(target.value))}
        onBlur={() => add(text)}
        onKeyDown={(event) => {
          if (event.key === 'Enter' && !event.nativeEvent.isComposing) {
            event.preventDefault()
            add(text)
          } else if (event.key === 'Backspace' && text === '') {
            onChange(tags.slice(0, -1))
          }
        }}
        after={<Button onClick={() => add(text)}>{t('upload.addTag')}</Button>}
      />
      {tags.length > 0 && (
        <ul aria-label={t('upload.tags')} className="flex flex-wrap gap-2">
          {tags.map((tag) => (
            <li key={tag} className="flex items-center rounded-full bg-surface pl-4 text-sm">
              {tag}
              <button
                type="button"
                aria-label={t('upload.removeTag', { tag })}
                onClick={() => onChange(tags.filter((other) => other !== tag))}
                className="flex size-11 items-center justify-center rounded-full hover:text-danger"
              >
                <X aria-hidden className="size-4" />
              </button>
            </li>
          ))}
        </ul>
      )}
    </div>
  )
}
