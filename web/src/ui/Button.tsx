import type { ComponentProps, MouseEvent } from 'react'

import { Spinner } from './Spinner'

export type ButtonLook = 'primary' | 'secondary' | 'quiet' | 'danger'

const SHAPE =
  'inline-flex min-h-11 items-center justify-center gap-2 rounded-full px-5 text-sm font-semibold transition-colors disabled:opacity-60'
const LOOKS: Record<ButtonLook, string> = {
  primary: 'bg-accent text-on-accent hover:bg-accent-strong',
  secondary: 'border border-outline bg-raised text-ink hover:bg-surface',
  quiet: 'text-ink hover:bg-surface max-sm:px-3',
  danger: 'border border-danger text-danger hover:bg-danger-surface',
}

/** The classes of a button, for a link that looks like one. */
export function buttonClass(look: ButtonLook = 'secondary', extra = ''): string {
  return `${SHAPE} ${LOOKS[look]} ${extra}`
}

interface ButtonProps extends ComponentProps<'button'> {
  look?: ButtonLook
  /** What was pressed is under way: the button stays where it is and keeps the focus, but presses nothing. */
  isBusy?: boolean
}

/** A double click is a click, also when what the first half asked for is done before the second comes. */
export function Button({
  look,
  isBusy = false,
  className,
  children,
  onClick,
  type = 'button',
  ...rest
}: ButtonProps) {
  const press = (event: MouseEvent<HTMLButtonElement>) => {
    if (event.detail > 1) event.preventDefault()
    else onClick?.(event)
  }
  return (
    <button
      {...rest}
      type={isBusy ? 'button' : type}
      aria-disabled={isBusy || undefined}
      aria-busy={isBusy || undefined}
      className={buttonClass(look, className)}
      onClick={isBusy ? undefined : press}
    >
      {isBusy && <Spinner />}
      {children}
    </button>
  )
}
