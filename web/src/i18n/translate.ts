import type { Dictionary, Plural, Translate } from './dictionary'

export function translator(dictionary: Dictionary, language: string): Translate {
  const plurals = new Intl.PluralRules(language)
  const numbers = new Intl.NumberFormat(language)
  const areas = dictionary as unknown as Record<string, Record<string, string | Plural>>

  return (key, ...[params]) => {
    const [area = '', name = ''] = key.split('.')
    const text = areas[area]?.[name] ?? key
    const values = (params ?? {}) as Record<string, string | number>
    const form =
      typeof text === 'string' ? text : plurals.select(Number(values.count)) === 'one' ? text.one : text.other
    return form.replaceAll(/\{(\w+)\}/g, (braces, param: string) => shown(values[param]) ?? braces)
  }

  function shown(value: string | number | undefined) {
    return typeof value === 'number' ? numbers.format(value) : value
  }
}
