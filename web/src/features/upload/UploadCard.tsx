import { ChevronDown } from 'lucide-react'
import { type ReactNode, useId, useState } from 'react'

import type { Wrong } from '@/details/rules'
import { DescriptionField, WordsFields } from '@/details/WordsFields'
import { useI18n } from '@/i18n'

import type { Details, Shared } from './details'
import { OfferFields } from './DetailsFields'
import { FileStatus } from './FileStatus'
import { Leave } from './Leave'
import type { Action } from './reducer'
import { Thumbnail } from './Thumbnail'
import { detailsOf, isOpen, type Upload } from './upload'

interface UploadCardProps {
  upload: Upload
  shared: Partial<Shared>
  errors: Wrong
  /** Then what is said for all comes first, and the rest is folded away. */
  isOneOfMany: boolean
  dispatch: (action: Action) => void
}

export function UploadCard({ upload, shared, errors, isOneOfMany, dispatch }: UploadCardProps) {
  const { id, file, facts } = upload
  const onChange = (own: Partial<Details>) => dispatch({ type: 'written', id, own })
  const fields = { values: upload.wish?.details ?? detailsOf(upload, shared), errors, onChange }
  return (
    <li className="rounded-card border border-line p-4 sm:p-6">
      <div className="flex gap-4">
        <Thumbnail of={facts?.thumbnail} />
        <div className="min-w-0 grow">
          <p className="truncate font-medium" title={file.name}>
            {file.name}
          </p>
          <FileStatus upload={upload} dispatch={dispatch} />
        </div>
        <Leave upload={upload} dispatch={dispatch} />
      </div>
      {isOpen(upload) && (
        <div role="group" aria-label={file.name} className="mt-5 space-y-5">
          <WordsFields {...fields} />
          <Folded canFold={isOneOfMany} hasErrors={Boolean(errors.price ?? errors.tags ?? errors.description)}>
            <DescriptionField {...fields} />
            <OfferFields {...fields} />
          </Folded>
        </div>
      )}
    </li>
  )
}

interface FoldedProps {
  canFold: boolean
  /** Then it is open, and stays so while they are being mended. */
  hasErrors: boolean
  children: ReactNode
}

function Folded({ canFold, hasErrors, children }: FoldedProps) {
  const { t } = useI18n()
  const id = useId()
  const [isWanted, setIsWanted] = useState(false)
  if (hasErrors && !isWanted) setIsWanted(true)
  const isShown = !canFold || isWanted
  return (
    <div>
      {canFold && (
        <button
          type="button"
          aria-expanded={isWanted}
          aria-controls={id}
          onClick={() => setIsWanted(!isWanted)}
          className="mb-4 flex min-h-11 items-center gap-2 text-sm font-medium"
        >
          <ChevronDown aria-hidden className={`size-4 transition-transform ${isWanted ? 'rotate-180' : ''}`} />
          {t('upload.more')}
        </button>
      )}
      <div id={id} hidden={!isShown} className="space-y-5">
        {isShown && children}
      </div>
    </div>
  )
}
