import * as Radix from '@radix-ui/react-dropdown-menu'
import { Check } from 'lucide-react'
import { type ReactNode, useCallback, useRef } from 'react'

import type { OpenMenuProps } from './Menu'

const ITEM =
  'flex min-h-11 items-center gap-2 rounded-lg px-3 text-sm outline-none select-none data-[highlighted]:bg-surface'

/** A menu as it is once it has been opened; the first time with what the keyboard then has highlighted already. */
export function OpenMenu({ button, isByKeyboard, children }: OpenMenuProps) {
  const isFirst = useRef(isByKeyboard)
  const enter = useCallback((menu: HTMLElement | null) => {
    if (!menu || !isFirst.current) return
    isFirst.current = false
    menu.querySelector<HTMLElement>('[role^=menuitem]')?.focus({ preventScroll: true })
  }, [])
  // Not modal: a modal menu locks scrolling by an injected style element, which the content security policy refuses.
  return (
    <Radix.Root modal={false} defaultOpen>
      <Radix.Trigger {...button} />
      <Radix.Portal>
        <Radix.Content
          ref={enter}
          align="end"
          sideOffset={6}
          collisionPadding={8}
          className="z-40 max-h-(--radix-dropdown-menu-content-available-height) min-w-52 overflow-y-auto rounded-card border border-line bg-raised p-1.5 shadow-raised"
        >
          {children}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  )
}

export function MenuItem({ onSelect, children }: { onSelect: () => unknown; children: ReactNode }) {
  return (
    <Radix.Item className={ITEM} onSelect={() => void onSelect()}>
      {children}
    </Radix.Item>
  )
}

/** An item that is a link: `<MenuLink><Link to="…">…</Link></MenuLink>`. */
export function MenuLink({ children }: { children: ReactNode }) {
  return (
    <Radix.Item className={ITEM} asChild>
      {children}
    </Radix.Item>
  )
}

interface MenuChoiceProps<V extends string> {
  label: string
  value: V
  options: readonly { value: V; label: string }[]
  onChange: (value: V) => unknown
}

/** One of several. */
export function MenuChoice<V extends string>({ label, value, options, onChange }: MenuChoiceProps<V>) {
  return (
    <Radix.RadioGroup value={value} onValueChange={(chosen) => void onChange(chosen as V)}>
      <Radix.Label className="px-3 pt-2 text-xs font-medium text-muted">{label}</Radix.Label>
      {options.map((option) => (
        <Radix.RadioItem key={option.value} value={option.value} className={ITEM}>
          <span className="size-4">
            <Radix.ItemIndicator>
              <Check aria-hidden className="size-4" />
            </Radix.ItemIndicator>
          </span>
          {option.label}
        </Radix.RadioItem>
      ))}
    </Radix.RadioGroup>
  )
}

export const MenuSeparator = () => <Radix.Separator className="my-1.5 h-px bg-line" />
