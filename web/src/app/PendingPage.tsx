import { useI18n } from '@/i18n'
import { Spinner } from '@/ui/Spinner'

/** While a page takes long to come. */
export function PendingPage() {
  const { t } = useI18n()
  return (
    <div className="flex justify-center py-20">
      <Spinner label={t('common.loading')} />
    </div>
  )
}
