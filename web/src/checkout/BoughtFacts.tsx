import type { Picture } from '@/gen/picasso/queries/v1/picture_pb'
import { Edition, Licence } from '@/gen/picasso/types/v1/types_pb'
import { useI18n } from '@/i18n'
import { Fact } from '@/ui/Facts'

interface BoughtFactsProps {
  /** Its size is left out where it does not matter. */
  of: Pick<Picture, 'licence' | 'edition'> & Partial<Pick<Picture, 'original'>>
}

/** What a buyer gets: one wording for the picture's page, the checkout and the receipt. */
export function BoughtFacts({ of: { original, licence, edition } }: BoughtFactsProps) {
  const { t, format } = useI18n()
  const { width = 0, height = 0 } = original?.dimensions ?? {}
  return (
    <>
      {original && (
        <Fact name={t('buy.size')}>
          {t('buy.pixels', { width, height, bytes: format.bytes(original.sizeBytes) })}
        </Fact>
      )}
      <Fact name={t('buy.licence')}>{t(licence === Licence.COMMERCIAL ? 'buy.commercial' : 'buy.personal')}</Fact>
      <Fact name={t('buy.edition')}>{t(edition === Edition.EXCLUSIVE ? 'buy.exclusive' : 'buy.openEdition')}</Fact>
    </>
  )
}
