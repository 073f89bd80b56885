import { Link, useLocation } from '@tanstack/react-router'

import { useSession } from '@/auth'
import { useI18n } from '@/i18n'
import { buttonClass } from '@/ui/Button'

import { AccountMenu } from './AccountMenu'
import icon from './icon.svg'
import { navigation } from './navigation'
import { SettingsMenu } from './SettingsMenu'

/** Its frame stands in index.html too, to be seen before any script has run. */
export function Header() {
  const { t } = useI18n()
  return (
    <header className="sticky top-0 z-30 border-b border-line bg-ground print:hidden">
      <div className="mx-auto flex max-w-[110rem] flex-wrap items-center gap-x-2 gap-y-1 px-4 py-2 sm:gap-x-4 sm:px-6 lg:px-8">
        <Link to="/" className="flex items-center gap-2 text-lg font-bold tracking-tight">
          <img src={icon} alt="" width={32} height={32} />
          Picasso
        </Link>
        <nav
          aria-label={t('common.mainNavigation')}
          className="order-last -mx-2 flex w-full overflow-x-auto sm:order-none sm:mx-0 sm:w-auto"
        >
          <Navigation />
        </nav>
        <div className="ml-auto flex items-center gap-1">
          <SettingsMenu />
          <Entrance />
        </div>
      </div>
    </header>
  )
}

function Navigation() {
  const { t } = useI18n()
  const session = useSession()
  return navigation
    .filter(({ isFor }) => isFor === undefined || isFor(session))
    .map(({ to, label }) => (
      <Link
        key={to}
        to={to}
        activeOptions={{ exact: to === '/', includeSearch: false }}
        className="flex min-h-11 items-center px-2 text-sm font-medium whitespace-nowrap text-muted hover:text-ink data-[status=active]:text-ink sm:px-3"
      >
        {t(label)}
      </Link>
    ))
}

/** The way in, or who is in. */
function Entrance() {
  const { t } = useI18n()
  const session = useSession()
  const { href } = useLocation()
  if (session) return <AccountMenu />
  return (
    <Link to="/sign-in" search={{ next: href }} className={buttonClass('primary', 'max-sm:px-4')}>
      {t('auth.signIn')}
    </Link>
  )
}
