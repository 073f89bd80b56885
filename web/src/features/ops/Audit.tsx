import { type Difference, Fault, type Verdict } from '@/gen/picasso/operations/v1/operations_pb'
import { type PlainTextKey, useI18n } from '@/i18n'
import { type Column, DataTable } from '@/ui/DataTable'
import { ErrorNote } from '@/ui/ErrorNote'

import { positionText } from './positionText'
import type { Watched } from './useWatched'

const FAULTS: Record<Fault, PlainTextKey> = {
  [Fault.UNSPECIFIED]: 'ops.differs',
  [Fault.DIFFERS]: 'ops.differs',
  [Fault.LACKS]: 'ops.lacks',
  [Fault.REFUSED]: 'ops.refused',
}

/** What comparing a projection with the log has found. */
export function Audit({ of: { state, last, error } }: { of: Watched<Verdict | undefined> }) {
  const { t } = useI18n()
  if (state === 'idle') return null
  if (state === 'failed') return <ErrorNote error={error} />
  if (!last) return <p role="status">{t('ops.verifying')}</p>
  return <Found verdict={last} />
}

function Found({ verdict: { generation, documents, parked, differing, differences } }: { verdict: Verdict }) {
  const { t } = useI18n()
  const columns: Column<Difference>[] = [
    { title: t('ops.document'), cell: ({ key }) => key },
    { title: t('ops.fault'), cell: ({ fault }) => t(FAULTS[fault]) },
    { title: t('ops.position'), cell: ({ position }) => positionText(position) },
  ]
  return (
    <div className="space-y-3">
      <div role="status">
        {differing === 0n ? (
          <p className="font-medium text-success">{t('ops.sound', { count: Number(documents), generation })}</p>
        ) : (
          <p className="font-medium text-danger">
            {t('ops.unsound', { count: Number(differing), documents: Number(documents), generation })}
          </p>
        )}
        {parked > 0n && <p className="text-sm text-muted">{t('ops.leftOut', { count: Number(parked) })}</p>}
      </div>
      {differences.length > 0 && (
        <DataTable caption={t('ops.differences')} columns={columns} rows={differences} keyOf={({ key }) => key} />
      )}
      {differing > differences.length && (
        <p className="text-sm text-muted">{t('ops.firstOnly', { count: differences.length })}</p>
      )}
    </div>
  )
}
