import { useTransport } from '@connectrpc/connect-query'
import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'

import { askAgain } from '@/api/askAgain'
import type { ProjectionStatus, RebuildProgress, Verdict } from '@/gen/picasso/operations/v1/operations_pb'
import { useI18n } from '@/i18n'
import { Button } from '@/ui/Button'

import { Audit } from './Audit'
import { BuildProgress } from './BuildProgress'
import { formerOf } from './health'
import { RollbackButton } from './RollbackButton'
import { useWatched } from './useWatched'
import { build, type Building, verify } from './streams'

/** What can be done to a projection, one thing at a time. */
export function Works({ status }: { status: ProjectionStatus }) {
  const { t } = useI18n()
  const transport = useTransport()
  const queries = useQueryClient()
  const building = useWatched<RebuildProgress>()
  const audit = useWatched<Verdict | undefined>()
  const [last, setLast] = useState<Building | 'verify'>()
  const isBusy = building.state === 'running' || audit.state === 'running'
  const former = formerOf(status)

  const start = async (what: Building) => {
    setLast(what)
    await building.watch((signal) => build(transport, what, status.name, signal))
    void askAgain(queries)
  }
  const check = () => {
    setLast('verify')
    void audit.watch((signal) => verify(transport, status.name, signal))
  }
  const button = (what: Building | 'verify') => ({
    isBusy: isBusy && last === what,
    disabled: isBusy && last !== what,
  })
  return (
    <section className="space-y-4">
      <div className="flex flex-wrap gap-3">
        <Button look="primary" {...button('rebuild')} onClick={() => void start('rebuild')}>
          {t('ops.rebuild')}
        </Button>
        <Button {...button('verify')} onClick={check}>
          {t('ops.verify')}
        </Button>
        {former && <RollbackButton {...button('rollback')} to={former} onConfirm={() => void start('rollback')} />}
      </div>
      {last === 'verify' ? <Audit of={audit} /> : <BuildProgress of={building} />}
    </section>
  )
}
