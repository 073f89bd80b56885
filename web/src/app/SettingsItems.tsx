import { MenuChoice, MenuSeparator } from '@/ui/OpenMenu'

import { useLook } from './useLook'

export function Items() {
  const { language, theme } = useLook()
  return (
    <>
      <MenuChoice {...language} />
      <MenuSeparator />
      <MenuChoice {...theme} />
    </>
  )
}
