import { type SyntheticEvent, useEffect, useRef, useState } from 'react'

import { forgetDraft, keepDraft, restoreDraft } from './draft'

export type FieldErrors<V> = Partial<Record<keyof V & string, string>>

interface Form<V> {
  /** What is wrong with which field, in words; an empty object when nothing is. */
  validate: (values: V) => FieldErrors<V>
  /** Answers, maybe later, with `false` when it was not done. */
  submit: (values: V) => unknown
  /** What the server said of the fields. */
  refused?: FieldErrors<V>
  /**
   * Under which name what was typed is kept until it is sent, over a lost session too. The name says whose it is: the
   * next person in the same tab must not see it.
   */
  draft?: string
}

/** A form of text fields: checked when it is sent, with the focus on the first field that is wrong. */
export function useForm<V extends Record<string, string>>({ validate, submit, refused = {}, draft }: Form<V>) {
  const ref = useRef<HTMLFormElement>(null)
  const [found, setFound] = useState<FieldErrors<V>>({})
  const errors: FieldErrors<V> = { ...refused, ...found }
  const onSubmit = (event: SyntheticEvent<HTMLFormElement>) => {
    event.preventDefault()
    const form = event.currentTarget
    const values = Object.fromEntries(new FormData(form)) as V
    const wrong = validate(values)
    setFound(wrong)
    if (Object.keys(wrong).length === 0) void send(values)
    else focusFirst(form, wrong)
  }
  const send = async (values: V) => {
    if ((await submit(values)) !== false && draft) forgetDraft(draft)
  }
  const onInput = ({ currentTarget }: SyntheticEvent<HTMLFormElement>) => {
    if (draft) keepDraft(draft, currentTarget)
  }
  useEffect(() => {
    if (draft && ref.current) restoreDraft(draft, ref.current)
  }, [draft])
  const refusedNames = Object.keys(refused).join(' ')
  useEffect(() => {
    if (refusedNames && ref.current) focusFirst(ref.current, refusedNames.split(' '))
  }, [refusedNames])
  return { errors, formProps: { ref, onSubmit, onInput, noValidate: true } }
}

function focusFirst(form: HTMLFormElement, wrong: FieldErrors<Record<string, string>> | string[]) {
  const names = new Set(Array.isArray(wrong) ? wrong : Object.keys(wrong))
  const fields = [...form.querySelectorAll<HTMLInputElement | HTMLTextAreaElement>('[name]')]
  fields.find((field) => names.has(field.name))?.focus()
}

/** Only what is wrong. */
export function wrong<E extends Record<string, string | undefined>>(
  errors: E,
): Partial<Record<keyof E & string, string>> {
  return Object.fromEntries(Object.entries(errors).filter(([, text]) => text !== undefined)) as Partial<
    Record<keyof E, string>
  >
}
