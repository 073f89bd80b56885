import { Link } from '@tanstack/react-router'

import { BoughtFacts } from '@/checkout/BoughtFacts'
import type { Picture } from '@/gen/picasso/queries/v1/picture_pb'
import { useI18n } from '@/i18n'
import { Fact, Facts } from '@/ui/Facts'
import { Time } from '@/ui/Time'

import { formatName } from './describe'

/** What its artist says of a picture, and what a buyer gets. */
export function About({ of }: { of: Picture }) {
  const { t } = useI18n()
  const { description, altText, tags, original, sales, publishedAt } = of
  return (
    <section>
      <h2 className="text-lg font-semibold">{t('picture.about')}</h2>
      {description && <p className="mt-2 break-words whitespace-pre-line">{description}</p>}
      {tags.length > 0 && (
        <ul aria-label={t('picture.tags')} className="mt-4 flex flex-wrap gap-2">
          {tags.map((tag) => (
            <li key={tag} className="max-w-full">
              <Link
                to="/"
                search={{ tag }}
                className="block truncate rounded-full bg-surface px-4 py-2 text-sm hover:bg-line"
              >
                {tag}
              </Link>
            </li>
          ))}
        </ul>
      )}
      <Facts className="mt-4 text-sm">
        {altText && <Fact name={t('picture.altText')}>{altText}</Fact>}
        {original && <Fact name={t('picture.format')}>{formatName(original.mediaType)}</Fact>}
        <BoughtFacts of={of} />
        {sales > 0n && <Fact name={t('picture.sales')}>{t('picture.times', { count: Number(sales) })}</Fact>}
        {publishedAt && (
          <Fact name={t('picture.published')}>
            <Time at={publishedAt} />
          </Fact>
        )}
      </Facts>
    </section>
  )
}
