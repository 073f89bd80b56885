import { UserRound } from 'lucide-react'

import { useMyAccount } from '@/account/useMyAccount'
import { useI18n } from '@/i18n'
import { Menu } from '@/ui/Menu'

const load = () => import('./AccountItems')

/** Whom one is signed in as, and the places of one's own. */
export function AccountMenu() {
  const { t } = useI18n()
  // Asked for now, so that the menu has it when it opens and nothing in it moves.
  useMyAccount()
  return (
    <Menu label={t('common.accountMenu')} load={load} className="rounded-full bg-surface p-3">
      <UserRound aria-hidden className="size-5" />
    </Menu>
  )
}
