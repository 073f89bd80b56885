import type { PlainTextKey } from '@/i18n'
import { useI18n } from '@/i18n'
import { Button } from '@/ui/Button'

import { type Draft, type FieldName, FIELDS, isContested, type Whose } from './words'

const NAMES: Record<FieldName, PlainTextKey> = {
  title: 'upload.pictureTitle',
  altText: 'upload.altText',
  description: 'upload.description',
  tags: 'upload.tags',
}

interface ContestProps {
  draft: Draft
  onChoose: (field: FieldName, whose: Whose) => void
}

/** Where somebody else, or oneself in another window, has written too: both versions, to choose from. */
export function Contest({ draft, onChoose }: ContestProps) {
  const { t } = useI18n()
  if (!isContested(draft)) return null
  return (
    <section role="alert" className="space-y-5 rounded-card border border-outline bg-surface p-4 sm:p-5">
      <p className="font-medium">{t('studio.contested')}</p>
      {FIELDS.filter((field) => draft.others[field] !== undefined).map((field) => (
        <fieldset key={field} className="space-y-3">
          <legend className="text-sm font-semibold">{t(NAMES[field])}</legend>
          <Version
            of={draft.words[field]}
            name={t('studio.yours')}
            take={t('studio.keepYours')}
            onTake={() => onChoose(field, 'mine')}
          />
          <Version
            of={draft.others[field] ?? ''}
            name={t('studio.theirs')}
            take={t('studio.takeTheirs')}
            onTake={() => onChoose(field, 'theirs')}
          />
        </fieldset>
      ))}
    </section>
  )
}

interface VersionProps {
  of: string | readonly string[]
  name: string
  take: string
  onTake: () => void
}

function Version({ of, name, take, onTake }: VersionProps) {
  const { t } = useI18n()
  const text = typeof of === 'string' ? of : of.join(', ')
  return (
    <div className="rounded-lg bg-raised p-3">
      <p className="text-sm text-muted">{name}</p>
      <p className="mt-1 break-words whitespace-pre-line">{text || t('studio.nothing')}</p>
      <Button className="mt-3" onClick={onTake}>
        {take}
      </Button>
    </div>
  )
}
