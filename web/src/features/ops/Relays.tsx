import type { RelayStatus } from '@/gen/picasso/operations/v1/operations_pb'
import { useI18n } from '@/i18n'
import { type Column, DataTable } from '@/ui/DataTable'

import { relayHealthOf } from './health'
import { HealthMark } from './HealthMark'

/** How far the event log is copied to NATS, where it is. */
export function Relays({ relays }: { relays: readonly RelayStatus[] }) {
  const { t, format } = useI18n()
  const columns: Column<RelayStatus>[] = [
    { title: t('ops.logName'), cell: ({ log }) => log },
    { title: t('ops.state'), cell: (relay) => <RelayState of={relay} /> },
    { title: t('ops.relayed'), isNumber: true, cell: ({ end, error }) => !error && format.number(end) },
    { title: t('ops.lag'), isNumber: true, cell: ({ lagEvents, error }) => !error && format.number(lagEvents) },
  ]
  return (
    <section className="space-y-3">
      <h2 className="text-xl font-semibold">{t('ops.relays')}</h2>
      <p className="max-w-prose text-muted">{t(relays.length > 0 ? 'ops.relaysText' : 'ops.noRelays')}</p>
      {relays.length > 0 && (
        <DataTable caption={t('ops.relays')} columns={columns} rows={relays} keyOf={({ log }) => String(log)} />
      )}
    </section>
  )
}

function RelayState({ of }: { of: RelayStatus }) {
  return (
    <>
      <HealthMark health={relayHealthOf(of)} />
      {of.error && <span className="block text-muted">{of.error}</span>}
    </>
  )
}
