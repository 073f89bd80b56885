import { useId } from 'react'

interface ChoiceProps<V extends string | number> {
  label: string
  value: V
  /** Each explained by a text, or none. */
  options: readonly { value: V; label: string; text?: string }[]
  onChange: (value: V) => unknown
}

const SHORT = { list: 'flex flex-wrap', option: 'flex min-h-11 items-center gap-2 px-4' }
const EXPLAINED = {
  list: 'grid sm:grid-cols-2',
  option: 'grid grid-cols-[auto_1fr] content-start gap-x-3 p-3 *:[input]:mt-1',
}

/** One of a few, taken at once. */
export function Choice<V extends string | number>({ label, value, options, onChange }: ChoiceProps<V>) {
  const name = useId()
  const look = options.some(({ text }) => text) ? EXPLAINED : SHORT
  return (
    <fieldset>
      <legend className="mb-1.5 text-sm font-medium">{label}</legend>
      <div className={`gap-2 ${look.list}`}>
        {options.map((option) => (
          <label
            key={option.value}
            className={`cursor-pointer rounded-lg border border-outline bg-raised text-sm has-checked:border-accent has-checked:bg-surface ${look.option}`}
          >
            <input
              type="radio"
              name={name}
              className="accent-accent"
              checked={option.value === value}
              onChange={() => void onChange(option.value)}
            />
            {option.text ? (
              <>
                <span className="font-medium">{option.label}</span>
                <span className="col-start-2 text-muted">{option.text}</span>
              </>
            ) : (
              option.label
            )}
          </label>
        ))}
      </div>
    </fieldset>
  )
}
