import type { Order } from '@/gen/picasso/queries/v1/order_pb'
import { useI18n } from '@/i18n'
import { Time } from '@/ui/Time'
import { Moment, Timeline as Moments } from '@/ui/Timeline'

import { moments } from './state'

/** What happened to an order, the latest first. */
export function Timeline({ of }: { of: Order }) {
  const { t } = useI18n()
  return (
    <section>
      <h2 className="text-lg font-semibold">{t('buy.timeline')}</h2>
      <Moments>
        {moments(of).map(({ name, at }, index) => (
          <Moment key={index} text={t(`buy.${name}`)} isLatest={index === 0}>
            <Time at={at} as="dateTime" />
          </Moment>
        ))}
      </Moments>
    </section>
  )
}
