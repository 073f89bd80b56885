import { Link } from '@tanstack/react-router'
import { Heart, Images, LogOut, Palette, ReceiptText, Settings, Wallet } from 'lucide-react'

import { useMyAccount } from '@/account/useMyAccount'
import { useIdentity, useSession } from '@/auth'
import { useI18n } from '@/i18n'
import { MenuItem, MenuLink, MenuSeparator } from '@/ui/OpenMenu'

const PLACES = [
  { to: '/liked', Icon: Heart, text: 'explore.likedTitle' },
  { to: '/library', Icon: Images, text: 'buy.libraryTitle' },
  { to: '/orders', Icon: ReceiptText, text: 'buy.ordersTitle' },
  { to: '/studio', Icon: Palette, text: 'studio.title' },
  { to: '/selling', Icon: Wallet, text: 'selling.title' },
  { to: '/settings', Icon: Settings, text: 'account.title' },
] as const

/** Who one is, and the places of one's own. */
export function Items() {
  const { t } = useI18n()
  const identity = useIdentity()
  const session = useSession()
  const account = useMyAccount()
  return (
    <>
      <div className="px-3 py-2 text-sm">
        <p className="font-semibold">{account?.displayName ?? session?.email}</p>
        {account && <p className="text-muted">@{account.handle}</p>}
      </div>
      <MenuSeparator />
      {PLACES.map(({ to, Icon, text }) => (
        <MenuLink key={to}>
          <Link to={to}>
            <Icon aria-hidden className="size-4" />
            {t(text)}
          </Link>
        </MenuLink>
      ))}
      <MenuSeparator />
      <MenuItem onSelect={() => identity.signOut()}>
        <LogOut aria-hidden className="size-4" />
        {t('auth.signOut')}
      </MenuItem>
    </>
  )
}
