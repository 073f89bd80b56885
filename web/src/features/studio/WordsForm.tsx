import { type SyntheticEvent, useRef, useState } from 'react'
import { flushSync } from 'react-dom'

import { refusedField, wrongWords } from '@/details/rules'
import { TagsField } from '@/details/TagsField'
import { DescriptionField, WordsFields } from '@/details/WordsFields'
import type { Picture } from '@/gen/picasso/queries/v1/picture_pb'
import { errorText, useI18n } from '@/i18n'
import { Button } from '@/ui/Button'
import { ErrorNote } from '@/ui/ErrorNote'

import { Contest } from './Contest'
import { useWords } from './useWords'
import { isChanged, isContested } from './words'

/** Changes what is said of a picture. */
export function WordsForm({ picture, onSaved }: { picture: Picture; onSaved: () => Promise<unknown> }) {
  const { t } = useI18n()
  const form = useRef<HTMLFormElement>(null)
  const [isChecked, setChecked] = useState(false)
  const { draft, isRestored, isSaving, error, write, choose, discard, save } = useWords(picture, onSaved)
  const { words } = draft
  const refused = refusedField(error)
  const found = isChecked ? wrongWords(words, t) : {}
  const errors = { ...(refused && { [refused]: errorText(t, error) }), ...found }

  const submit = async (event: SyntheticEvent) => {
    event.preventDefault()
    // So that the errors are there to be focused.
    flushSync(() => setChecked(true))
    const first = isContested(draft) ? 'fieldset button' : '[aria-invalid="true"]'
    const isFine = !isContested(draft) && Object.keys(wrongWords(words, t)).length === 0
    if (!isFine) form.current?.querySelector<HTMLElement>(first)?.focus()
    else if (await save(draft)) setChecked(false)
  }
  return (
    <form ref={form} noValidate onSubmit={(event) => void submit(event)} className="space-y-5">
      <h2 className="text-xl font-semibold">{t('studio.words')}</h2>
      {isRestored && <p role="status">{t('studio.restored')}</p>}
      <Contest draft={draft} onChoose={choose} />
      <WordsFields values={words} errors={errors} onChange={write} />
      <DescriptionField values={words} errors={errors} onChange={write} />
      <TagsField tags={words.tags} error={errors.tags} onChange={(tags) => write({ tags })} />
      {error && !refused ? <ErrorNote error={error} /> : null}
      <div className="flex flex-wrap gap-3">
        <Button type="submit" look="primary" isBusy={isSaving}>
          {t('studio.save')}
        </Button>
        {isChanged(draft) && !isSaving && <Button onClick={discard}>{t('studio.discard')}</Button>}
      </div>
    </form>
  )
}
