import { type KeyboardEvent, type ReactNode, useEffect, useId, useState } from 'react'

export interface Option {
  key: string
  content: ReactNode
  onChoose: () => void
}

interface ComboboxProps {
  label: string
  maxLength?: number
  icon?: ReactNode
  value: string
  onChange: (value: string) => void
  /** Enter, when none of the options is chosen. */
  onSubmit: () => void
  options: readonly Option[]
  onOpenChange?: (isOpen: boolean) => void
}

/** An input with proposals: the arrow keys go through them, Enter takes one, Escape closes them and then empties the input. */
export function Combobox({ label, maxLength, icon, options, ...of }: ComboboxProps) {
  const { value, onChange, onSubmit, onOpenChange } = of
  const id = useId()
  const [isOpen, setOpen] = useState(false)
  const [active, setActive] = useState(-1)
  const isShown = isOpen && options.length > 0
  // Other proposals may have come meanwhile, and fewer.
  const current = isShown && active < options.length ? active : -1
  useEffect(() => {
    if (current >= 0) document.getElementById(`${id}-${String(current)}`)?.scrollIntoView({ block: 'nearest' })
  }, [id, current])
  const open = (isOpen: boolean) => {
    setOpen(isOpen)
    setActive(-1)
    onOpenChange?.(isOpen)
  }
  const choose = (option: Option | undefined) => {
    open(false)
    if (option) option.onChoose()
    else onSubmit()
  }
  const keys: Record<string, () => void> = {
    ArrowDown: () => (isShown ? setActive(current === options.length - 1 ? -1 : current + 1) : open(true)),
    ArrowUp: () => (isShown ? setActive(current === -1 ? options.length - 1 : current - 1) : open(true)),
    Enter: () => choose(options[current]),
    Escape: () => (isShown ? open(false) : onChange('')),
  }
  const press = (event: KeyboardEvent) => {
    const act = event.nativeEvent.isComposing ? undefined : keys[event.key]
    if (!act) return
    event.preventDefault()
    act()
  }
  return (
    <div className="relative">
      {icon}
      <input
        type="search"
        role="combobox"
        aria-label={label}
        aria-autocomplete="list"
        aria-expanded={isShown}
        aria-controls={`${id}-options`}
        aria-activedescendant={current >= 0 ? `${id}-${String(current)}` : undefined}
        autoComplete="off"
        autoCapitalize="none"
        enterKeyHint="search"
        placeholder={label}
        maxLength={maxLength}
        value={value}
        onChange={(event) => {
          onChange(event.target.value)
          open(true)
        }}
        onClick={() => open(true)}
        onBlur={() => open(false)}
        onKeyDown={press}
        className="min-h-12 w-full rounded-full border border-outline bg-raised pr-4 pl-12 text-ink placeholder:text-muted"
      />
      <div
        id={`${id}-options`}
        role="listbox"
        aria-label={label}
        hidden={!isShown}
        className="absolute inset-x-0 top-full z-20 mt-2 max-h-96 overflow-y-auto rounded-card border border-line bg-raised p-1.5 shadow-raised"
      >
        {options.map((option, index) => (
          // The keyboard's way to it is the input's.
          // eslint-disable-next-line jsx-a11y/click-events-have-key-events
          <div
            key={option.key}
            id={`${id}-${String(index)}`}
            role="option"
            aria-selected={index === current}
            tabIndex={-1}
            // The focus stays in the input.
            onMouseDown={(event) => event.preventDefault()}
            onMouseMove={() => setActive(index)}
            onClick={() => choose(option)}
            className="flex min-h-11 cursor-pointer items-center gap-2 rounded-lg px-3 text-sm aria-selected:bg-surface"
          >
            {option.content}
          </div>
        ))}
      </div>
    </div>
  )
}
