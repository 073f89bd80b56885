import { useId } from 'react'

import type { Wrong } from '@/details/rules'
import { useI18n } from '@/i18n'

import { NOTHING_SAID, type Shared } from './details'
import { OfferFields } from './DetailsFields'
import type { Action } from './reducer'

interface SharedFormProps {
  shared: Partial<Shared>
  errors: Wrong
  dispatch: (action: Action) => void
}

/** What is said once for all pictures. */
export function SharedForm({ shared, errors, dispatch }: SharedFormProps) {
  const { t } = useI18n()
  const id = useId()
  return (
    <section aria-labelledby={id} className="space-y-5 rounded-card border border-line p-4 sm:p-6">
      <div>
        <h2 id={id} className="text-xl font-semibold">
          {t('upload.shared')}
        </h2>
        <p className="text-sm text-muted">{t('upload.sharedText')}</p>
      </div>
      <OfferFields
        values={{ ...NOTHING_SAID, ...shared }}
        errors={errors}
        onChange={(change) => dispatch({ type: 'shared', shared: change })}
      />
    </section>
  )
}
