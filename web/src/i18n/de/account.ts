import type { Texts } from '../dictionary'
import type { account as en } from '../en/account'

export const account: Texts<typeof en> = {
  title: 'Einstellungen',
  profileTitle: 'Profil',
  profileText: 'Das sehen andere bei deinen Bildern.',
  handleFixed: 'Dein Benutzername ist @{handle}. Er bleibt.',
  toProfile: 'Ansehen, wie andere es sehen',
  save: 'Speichern',
  saved: 'Gespeichert.',
  lettersTitle: 'Briefe',
  lettersText: 'Sie gehen an {email}. Belege und Rückzahlungen kommen immer.',
  sales: 'Wenn ein Bild von mir verkauft ist',
  likes: 'Wie vielen meine Bilder neu gefallen, einige Male am Tag',
  lookTitle: 'Sprache und Aussehen',
  lookText: 'Gilt in diesem Browser.',
  sessionTitle: 'Anmeldung',
  sessionText: 'Du bist als {email} angemeldet, in allen Tabs dieses Browsers.',
  newPassword: 'Ein neues Passwort wählen',
}
