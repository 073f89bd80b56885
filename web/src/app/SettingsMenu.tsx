import { Settings2 } from 'lucide-react'

import { useI18n } from '@/i18n'
import { Menu } from '@/ui/Menu'

const load = () => import('./SettingsItems')

/** Language and appearance. */
export function SettingsMenu() {
  const { t } = useI18n()
  return (
    <Menu label={t('common.settingsMenu')} load={load} className="rounded-full p-3 hover:bg-surface">
      <Settings2 aria-hidden className="size-5" />
    </Menu>
  )
}
