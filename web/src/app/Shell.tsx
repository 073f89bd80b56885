import { Outlet } from '@tanstack/react-router'

import { useI18n } from '@/i18n'
import { Toaster } from '@/ui/Toaster'

import { Footer } from './Footer'
import { Header } from './Header'

/** What stands around every page. */
export function Shell() {
  const { t } = useI18n()
  return (
    <div className="flex min-h-dvh flex-col">
      <a
        href="#main"
        className="sr-only z-50 rounded-full bg-accent px-5 py-3 text-on-accent focus:not-sr-only focus:fixed focus:top-3 focus:left-3"
      >
        {t('common.skipToContent')}
      </a>
      <Header />
      <main
        id="main"
        tabIndex={-1}
        className="mx-auto w-full max-w-[110rem] grow px-4 py-8 sm:px-6 sm:py-10 lg:px-8"
      >
        <Outlet />
      </main>
      <Footer />
      <Toaster />
    </div>
  )
}
