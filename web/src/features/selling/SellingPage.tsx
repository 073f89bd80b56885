import type { ReactNode } from 'react'

import { useI18n } from '@/i18n'
import { Page } from '@/ui/Page'

import { Balance } from './Balance'
import { Days } from './Days'
import { PayoutCard } from './PayoutCard'
import { Sales } from './Sales'
import { Totals } from './Totals'

/** What one earns by one's pictures. */
export function SellingPage() {
  const { t } = useI18n()
  return (
    <Page title={t('selling.title')} intro={t('selling.intro')}>
      <div className="space-y-14">
        <Section title={t('selling.balance')}>
          <Balance />
          <PayoutCard />
        </Section>
        <Section title={t('selling.days')}>
          <Days />
        </Section>
        <Section title={t('selling.sales')}>
          <Totals />
          <Sales />
        </Section>
      </div>
    </Page>
  )
}

function Section({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className="space-y-4">
      <h2 className="text-2xl font-semibold">{title}</h2>
      {children}
    </section>
  )
}
