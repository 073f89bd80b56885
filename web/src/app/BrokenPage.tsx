import type { ErrorComponentProps } from '@tanstack/react-router'
import { useRouter } from '@tanstack/react-router'

import { useI18n } from '@/i18n'
import { ErrorNote } from '@/ui/ErrorNote'
import { Page } from '@/ui/Page'

/** In place of a page that could not be shown. */
export function BrokenPage({ error, reset }: ErrorComponentProps) {
  const { t } = useI18n()
  const router = useRouter()
  const retry = async () => {
    await router.invalidate()
    reset()
  }
  return (
    <Page title={t('common.brokenTitle')} width="narrow">
      <ErrorNote error={error} onRetry={retry} />
    </Page>
  )
}
