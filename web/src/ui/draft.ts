const PREFIX = 'picasso.draft.'

type Control = HTMLInputElement | HTMLTextAreaElement

/** What somebody has typed into a form but not sent yet, kept for as long as the tab is open. Passwords never are, not
 * even those that one looks at while typing. */
export function keepDraft(name: string, form: HTMLFormElement) {
  const values = Object.fromEntries(kept(form).map(({ name, value }) => [name, value]))
  sessionStorage.setItem(PREFIX + name, JSON.stringify(values))
}

export function restoreDraft(name: string, form: HTMLFormElement) {
  const text = sessionStorage.getItem(PREFIX + name)
  if (text === null) return
  const values = JSON.parse(text) as Record<string, string>
  for (const control of kept(form)) control.value = values[control.name] ?? control.value
}

export function forgetDraft(name: string) {
  sessionStorage.removeItem(PREFIX + name)
}

function kept(form: HTMLFormElement): Control[] {
  const secret = '[type=password], [autocomplete$=password]'
  const texts = `textarea[name], input[name]:not(${secret}, [type=checkbox], [type=radio], [type=file])`
  return [...form.querySelectorAll<Control>(texts)]
}
