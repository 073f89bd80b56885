export type { PlainTextKey, TextKey, Translate } from './dictionary'
export { errorText } from './errorText'
export { I18nProvider, useI18n } from './I18nProvider'
export { LANGUAGES, type Language, loadDictionary, preferredLanguage } from './language'
