import { Link } from '@tanstack/react-router'

import { useI18n } from '@/i18n'
import { buttonClass } from '@/ui/Button'
import { Page } from '@/ui/Page'

export function NotFoundPage() {
  const { t } = useI18n()
  return (
    <Page title={t('common.notFoundTitle')} intro={t('common.notFoundText')} width="narrow">
      <Link to="/" className={buttonClass('primary')}>
        {t('common.toExplore')}
      </Link>
    </Page>
  )
}
