import type { Texts } from '../dictionary'
import type { studio as en } from '../en/studio'

export const studio: Texts<typeof en> = {
  title: 'Studio',
  heading: 'Deine Bilder',
  intro: 'In jedem Stand, auch die, die sonst niemand sieht.',
  empty: 'Du hast noch kein Bild hochgeladen',
  emptyText: 'Was du hochlädst, erscheint hier, ob veröffentlicht oder für später aufgehoben.',
  kept: 'Für später aufgehoben: Nur du siehst es',
  forSale: 'Zu verkaufen',
  reserved: 'Wird gerade gekauft',
  withdrawn: 'Zurückgezogen',
  bought: 'Gekauft: Es gehört dir allein',
  sales: { one: '{count} verkauft', other: '{count} verkauft' },
  edit: 'Bearbeiten',
  look: 'Seite ansehen',
  publish: 'Veröffentlichen',
  publishAgain: 'Wieder veröffentlichen',
  publishedNow: '„{title}“ steht zum Verkauf.',
  withdraw: 'Zurückziehen',
  withdrawTitle: '„{title}“ zurückziehen?',
  withdrawText:
    'Es verschwindet sofort vom Markt: Niemand findet oder kauft es mehr, bis du es wieder veröffentlichst.',
  withdrawBuyers:
    'Wer es gekauft hat, behält es und kann es weiter herunterladen. An deinen Einnahmen ändert sich nichts.',
  withdrawnNow: '„{title}“ ist nicht mehr auf dem Markt.',
  editTitle: '„{title}“ bearbeiten',
  words: 'Was du darüber sagst',
  restored: 'Was du noch nicht gespeichert hattest, ist noch da.',
  save: 'Speichern',
  discard: 'Meine Änderungen verwerfen',
  contested:
    'Es wurde anderswo geändert, während du geschrieben hast. Wähle jeweils, was dort stehen soll, dann speichere.',
  yours: 'Was du geschrieben hast',
  theirs: 'Was jetzt dort steht',
  keepYours: 'Meines behalten',
  takeTheirs: 'Dieses nehmen',
  nothing: '(nichts)',
  newPrice: 'Neuer Preis in {currency}',
  priceHint:
    'Zwischen {least} und {most}. Er gilt für alle, die noch nicht zu bezahlen begonnen haben; die Währung bleibt.',
  reprice: 'Preis ändern',
}
