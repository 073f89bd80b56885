import { useI18n } from '@/i18n'

import { useConfig } from './ConfigContext'

export function Footer() {
  const { t } = useI18n()
  const { payments, mailbox, version } = useConfig()
  return (
    <footer className="border-t border-line text-muted print:hidden">
      <div className="mx-auto flex max-w-[110rem] flex-wrap gap-x-6 gap-y-2 px-4 py-6 text-sm sm:px-6 lg:px-8">
        <p className="grow">{t('common.footer')}</p>
        {payments === 'sandbox' && <p>{t('common.sandboxNote')}</p>}
        {mailbox && (
          <a href={mailbox} className="underline">
            {t('common.mailbox')}
          </a>
        )}
        <p>{t('common.version', { version })}</p>
      </div>
    </footer>
  )
}
