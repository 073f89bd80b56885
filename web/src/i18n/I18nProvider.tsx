import { createContext, type ReactNode, use, useEffect, useMemo, useState } from 'react'

import type { Dictionary, Translate } from './dictionary'
import { type Format, formats } from './format'
import { chooseLanguage, type Language, loadDictionary } from './language'
import { translator } from './translate'

interface I18n {
  t: Translate
  format: Format
  language: Language
  setLanguage: (language: Language) => Promise<void>
}

const Context = createContext<I18n | undefined>(undefined)

export interface Loaded {
  language: Language
  dictionary: Dictionary
}

export function I18nProvider({ initial, children }: { initial: Loaded; children: ReactNode }) {
  const [{ language, dictionary }, setLoaded] = useState(initial)
  const i18n = useMemo(() => {
    const setLanguage = async (wanted: Language) => {
      setLoaded({ language: wanted, dictionary: await loadDictionary(wanted) })
      chooseLanguage(wanted)
    }
    return { t: translator(dictionary, language), format: formats(language), language, setLanguage }
  }, [dictionary, language])
  useEffect(() => {
    document.documentElement.lang = language
  }, [language])
  return <Context value={i18n}>{children}</Context>
}

export function useI18n(): I18n {
  const i18n = use(Context)
  if (!i18n) throw new Error('useI18n needs an I18nProvider around it')
  return i18n
}
