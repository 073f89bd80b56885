import { Link } from '@tanstack/react-router'

import type { BestSeller } from '@/gen/picasso/queries/v1/sales_pb'
import { useI18n } from '@/i18n'
import { Picture } from '@/ui/Picture'

/** What sold most often, with what it brought in each currency. */
export function BestSellers({ of }: { of: readonly BestSeller[] }) {
  const { t, format } = useI18n()
  return (
    <section className="space-y-3">
      <h3 className="font-semibold">{t('selling.best')}</h3>
      <ol className="grid gap-x-8 sm:grid-cols-2 xl:grid-cols-3">
        {of.map(({ pictureId, picture, sales, gross }) => (
          <li key={pictureId} className="flex items-center gap-4 border-b border-line py-3">
            <div className="w-16 shrink-0">
              {picture && <Picture of={picture} sizes="4rem" className="rounded-lg" />}
            </div>
            <div className="min-w-0 grow">
              <Link
                to="/pictures/$id"
                params={{ id: pictureId }}
                className="block truncate font-medium underline-offset-4 hover:underline"
              >
                {picture?.title}
              </Link>
              <p className="text-sm text-muted">
                {t('studio.sales', { count: Number(sales) })} · {gross.map(format.money).join(' · ')}
              </p>
            </div>
          </li>
        ))}
      </ol>
    </section>
  )
}
