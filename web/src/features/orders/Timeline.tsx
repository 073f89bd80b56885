import type { Order } from '@/gen/picasso/queries/v1/order_pb'
import { useI18n } from '@/i18n'
import { Time } from '@/ui/Time'

import { moments } from './state'

/** What happened to an order, the latest first. */
export function Timeline({ of }: { of: Order }) {
  const { t } = useI18n()
  return (
    <section>
      <h2 className="text-lg font-semibold">{t('buy.timeline')}</h2>
      <ol className="mt-3 border-l-2 border-line">
        {moments(of).map(({ name, at }, index) => (
          <li key={index} className="relative py-2 pl-5">
            <span
              aria-hidden
              className={`absolute top-4 -left-[5px] size-2 rounded-full ${index === 0 ? 'bg-accent' : 'bg-outline'}`}
            />
            <p className={index === 0 ? 'font-medium' : ''}>{t(`buy.${name}`)}</p>
            <p className="text-sm text-muted">
              <Time at={at} as="dateTime" />
            </p>
          </li>
        ))}
      </ol>
    </section>
  )
}
