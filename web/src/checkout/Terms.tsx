import type { Picture } from '@/gen/picasso/queries/v1/picture_pb'
import { useI18n } from '@/i18n'
import { Fact, Facts } from '@/ui/Facts'

import { BoughtFacts } from './BoughtFacts'
import type { Price } from './price'

interface TermsProps {
  picture: Pick<Picture, 'title' | 'original' | 'edition' | 'licence'>
  price: Price
}

/** What is bought, and for how much. */
export function Terms({ picture, price }: TermsProps) {
  const { t, format } = useI18n()
  return (
    <Facts>
      <Fact name={t('buy.picture')}>{picture.title}</Fact>
      <Fact name={t('buy.price')}>{format.money(price)}</Fact>
      <BoughtFacts of={picture} />
    </Facts>
  )
}
