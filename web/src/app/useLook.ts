import { type Language, LANGUAGES, useI18n } from '@/i18n'

import { THEMES } from './theme'
import { useTheme } from './useTheme'

const LANGUAGE_OPTIONS = Object.entries(LANGUAGES).map(([value, label]) => ({ value: value as Language, label }))

/** Language and appearance, each as what one chooses it from. */
export function useLook() {
  const { t, language, setLanguage } = useI18n()
  const [theme, setTheme] = useTheme()
  const themes = THEMES.map((value) => ({ value, label: t(`common.${value}`) }))
  return {
    language: { label: t('common.language'), value: language, options: LANGUAGE_OPTIONS, onChange: setLanguage },
    theme: { label: t('common.appearance'), value: theme, options: themes, onChange: setTheme },
  }
}
