import { type ComponentProps, type ComponentType, type KeyboardEvent, type ReactNode, useState } from 'react'

import { useI18n } from '@/i18n'

import { toast } from './toasts'

export interface OpenMenuProps {
  button: ComponentProps<'button'>
  isByKeyboard: boolean
  children: ReactNode
}

interface MenuProps {
  /** The name of the button that opens it. */
  label: string
  className: string
  /** Brings the module whose `Items` stand in the menu. Always the same function. */
  load: () => Promise<{ Items: ComponentType }>
  /** What the button shows. */
  children: ReactNode
}

interface Opened {
  OpenMenu: ComponentType<OpenMenuProps>
  Items: ComponentType
  isByKeyboard: boolean
}

/**
 * A menu, whose script is a tenth of all of them and comes when somebody gets to the button: most visits open none. Until
 * it is opened a button stands there that says the same to everybody.
 */
export function Menu({ label, className, load, children }: MenuProps) {
  const { t } = useI18n()
  const [opened, setOpened] = useState<Opened>()
  const button = { 'aria-label': label, className, children }
  if (opened) {
    const { OpenMenu, Items, isByKeyboard } = opened
    return (
      <OpenMenu button={button} isByKeyboard={isByKeyboard}>
        <Items />
      </OpenMenu>
    )
  }
  const bring = () => Promise.all([import('./OpenMenu'), load()])
  // Who then presses is told if it cannot come.
  const prepare = () => void bring().catch(() => undefined)
  const open = (isByKeyboard: boolean) =>
    void bring().then(
      ([{ OpenMenu }, { Items }]) => setOpened({ OpenMenu, Items, isByKeyboard }),
      () => toast(t('common.startFailed'), 'error'),
    )
  const press = (event: KeyboardEvent) => {
    if (event.key !== 'ArrowDown') return
    event.preventDefault()
    open(true)
  }
  return (
    <button
      {...button}
      type="button"
      aria-haspopup="menu"
      aria-expanded={false}
      onPointerEnter={prepare}
      onFocus={prepare}
      onKeyDown={press}
      // A click of the keyboard's has been clicked no times.
      onClick={({ detail }) => open(detail === 0)}
    />
  )
}
