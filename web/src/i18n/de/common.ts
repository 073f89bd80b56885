import type { Texts } from '../dictionary'
import type { common as en } from '../en/common'

export const common: Texts<typeof en> = {
  skipToContent: 'Zum Inhalt springen',
  mainNavigation: 'Hauptnavigation',
  accountMenu: 'Dein Konto',
  settingsMenu: 'Sprache und Aussehen',
  language: 'Sprache',
  appearance: 'Aussehen',
  light: 'Hell',
  dark: 'Dunkel',
  system: 'Wie das System',
  footer: 'Picasso, ein Marktplatz für Bilder',
  version: 'Version {version}',
  sandboxNote: 'Dies ist eine Testumgebung: Es fließt kein echtes Geld.',
  mailbox: 'Postfach',
  close: 'Schließen',
  cancel: 'Abbrechen',
  retry: 'Erneut versuchen',
  loading: 'Wird geladen',
  notFoundTitle: 'Diese Seite gibt es nicht',
  notFoundText: 'Vielleicht ist die Adresse vertippt, oder die Seite ist verschwunden.',
  toExplore: 'Bilder entdecken',
  brokenTitle: 'Etwas ist schiefgegangen',
  correlationId: 'Nenne dem Betreiber diese Nummer: {id}',
  copy: 'Kopieren',
  copied: 'Kopiert.',
  notCopied: 'Dieser Browser lässt uns nicht kopieren. Bitte den Text markieren.',
  offline:
    'Du bist offline. Was du eingibst, bleibt stehen; die Seite macht von selbst weiter, sobald du verbunden bist.',
  unreachable:
    'Picasso ist nicht erreichbar. Was du eingibst, bleibt stehen; die Seite macht bei einer Antwort von selbst weiter.',
  slow: 'Das dauert länger als sonst. Es läuft noch.',
  startFailed: 'Picasso ist nicht erreichbar. Prüfe deine Verbindung und versuche es erneut.',
  notifications: 'Benachrichtigungen',
}
