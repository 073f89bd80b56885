import { useState } from 'react'

import { refusedField, type Wrong, wrongWith } from '@/details/rules'
import { errorText, useI18n } from '@/i18n'

import type { Shared } from './details'
import type { Action, State } from './reducer'
import { detailsOf, isOpen, type Upload } from './upload'

const SHARED: readonly string[] = ['tags', 'price', 'currency', 'edition', 'licence'] satisfies (keyof Shared)[]

interface Form extends State {
  dispatch: (action: Action) => void
}

/** What is wrong, once somebody has asked to finish; it goes away as it is mended. */
export function useFormErrors({ uploads, shared, dispatch }: Form) {
  const { t, format } = useI18n()
  const [checked, setChecked] = useState<ReadonlySet<string>>(new Set())
  const open = uploads.filter(isOpen)
  const isMany = open.length > 1
  const wrong = (upload: Upload): Wrong => ({
    ...wordsRefused(upload, (error) => errorText(t, error)),
    ...(checked.has(upload.id) && isOpen(upload) ? wrongWith(detailsOf(upload, shared), t, format) : {}),
  })
  const isShared = (upload: Upload, field: string) => isMany && SHARED.includes(field) && !(field in upload.own)
  const only = (upload: Upload, wanted: boolean): Wrong =>
    Object.fromEntries(Object.entries(wrong(upload)).filter(([field]) => isShared(upload, field) === wanted))

  /** Answers whether everything was right. */
  const finish = (publish: boolean): boolean => {
    setChecked(new Set(open.map(({ id }) => id)))
    const asked = open.map(({ id, own }) => ({ id, details: detailsOf({ own }, shared) }))
    if (asked.some(({ details }) => Object.keys(wrongWith(details, t, format)).length > 0)) {
      focusFirstWrong()
      return false
    }
    asked.forEach(({ id, details }) => dispatch({ type: 'wished', id, wish: { publish, details } }))
    return true
  }

  return {
    of: (upload: Upload) => only(upload, false),
    ofShared: Object.assign({}, ...open.map((upload) => only(upload, true))) as Wrong,
    hasAny: open.some((upload) => Object.keys(wrong(upload)).length > 0),
    finish,
  }
}

/** What the server said of a field. */
function wordsRefused({ failure }: Upload, text: (error: unknown) => string): Wrong {
  if (!failure) return {}
  const field = refusedField(failure.error)
  return field ? { [field]: text(failure.error) } : {}
}

function focusFirstWrong() {
  // After the errors have been painted beside their fields.
  requestAnimationFrame(() => document.querySelector<HTMLElement>('#main [aria-invalid="true"]')?.focus())
}
