import { type ComponentProps, type ReactNode, useId } from 'react'

interface Around {
  label: string
  hint?: string
  error?: string
  /** Behind the input, for example a button. */
  after?: ReactNode
}

type Controls =
  (ComponentProps<'input'> & { multiline?: false }) | (ComponentProps<'textarea'> & { multiline: true })

const BOX =
  'min-h-11 w-full rounded-lg border bg-raised px-3 py-2 text-ink placeholder:text-muted aria-invalid:border-danger border-outline'

/** An input with its label, and a hint and an error that are read out with it. */
export function Field({ label, hint, error, after, ...control }: Around & Controls) {
  const id = useId()
  const described = [error && `${id}-error`, hint && `${id}-hint`].filter(Boolean).join(' ')
  const shared = {
    id,
    'aria-invalid': error ? true : undefined,
    'aria-describedby': described || undefined,
    className: BOX,
  }
  return (
    <div className="space-y-1.5">
      <label htmlFor={id} className="block text-sm font-medium">
        {label}
      </label>
      <div className="flex gap-2">
        {isMultiline(control) ? <Area {...control} {...shared} /> : <input {...inputOf(control)} {...shared} />}
        {after}
      </div>
      {error && (
        <p id={`${id}-error`} className="text-sm text-danger">
          {error}
        </p>
      )}
      {hint && (
        <p id={`${id}-hint`} className="text-sm text-muted">
          {hint}
        </p>
      )}
    </div>
  )
}

function Area({ multiline: _multiline, ...props }: ComponentProps<'textarea'> & { multiline: true }) {
  return <textarea {...props} />
}

function inputOf({ multiline: _multiline, ...props }: ComponentProps<'input'> & { multiline?: false }) {
  return props
}

function isMultiline(control: Controls): control is ComponentProps<'textarea'> & { multiline: true } {
  return control.multiline === true
}
