import type { Dictionary } from './dictionary'
import { en } from './en'

export const LANGUAGES = { en: 'English', de: 'Deutsch' } as const
export type Language = keyof typeof LANGUAGES

const KEY = 'picasso.language'

/** The chosen one, or the first of the browser's that there is. */
export function preferredLanguage(wanted: readonly string[] = navigator.languages): Language {
  const chosen = localStorage.getItem(KEY)
  const codes = [chosen ?? '', ...wanted].map((tag) => tag.split('-')[0])
  return codes.find(isLanguage) ?? 'en'
}

export function chooseLanguage(language: Language) {
  localStorage.setItem(KEY, language)
}

/** Only the language that is shown is loaded; English is there at once. */
const DICTIONARIES: Record<Language, () => Promise<Dictionary>> = {
  en: () => Promise.resolve(en),
  de: async () => (await import('./de')).de,
}

export function loadDictionary(language: Language): Promise<Dictionary> {
  return DICTIONARIES[language]()
}

function isLanguage(code: string | undefined): code is Language {
  return code !== undefined && Object.hasOwn(LANGUAGES, code)
}
