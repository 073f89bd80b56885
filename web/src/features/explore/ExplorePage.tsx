import { getRouteApi, Link } from '@tanstack/react-router'
import { SlidersHorizontal } from 'lucide-react'
import { useState } from 'react'

import { PictureList } from '@/gallery/PictureList'
import { useI18n } from '@/i18n'
import { Button, buttonClass } from '@/ui/Button'
import { EmptyState } from '@/ui/EmptyState'
import { Page } from '@/ui/Page'
import { Tabs } from '@/ui/Tabs'

import { Chips } from './Chips'
import { PriceFilter } from './PriceFilter'
import { SearchBox } from './SearchBox'
import { type ExploreSearch, isNarrowed, type Order, ORDERS } from './search'
import { usePictures, wantedBy } from './usePictures'

const route = getRouteApi('/')

export function ExplorePage() {
  const { t } = useI18n()
  const search = route.useSearch()
  const { order = 'newest', words, tag } = search
  const { visit } = route.useRouteContext()
  const list = usePictures(wantedBy(search), visit)
  const navigate = route.useNavigate()
  const [isPriceShown, showPrice] = useState(false)
  // Letter after letter is one step back, not many.
  const change = (change: ExploreSearch) =>
    void navigate({
      search: (before) => ({ ...before, ...change }),
      replace: words !== undefined && 'words' in change && !change.tag,
    })
  const choose = (order: Order) => change({ order: order === 'popular' ? order : undefined })
  return (
    <Page title={tag ? `#${tag}` : (words ?? t('explore.title'))} heading={t('explore.heading')}>
      <div role="search" className="mb-6 space-y-3">
        <div className="flex gap-2">
          <div className="min-w-0 grow sm:max-w-xl">
            <SearchBox words={words ?? ''} onChange={change} />
          </div>
          <Button
            aria-label={t('explore.price')}
            aria-expanded={isPriceShown}
            onClick={() => showPrice(!isPriceShown)}
            className="min-h-12"
          >
            <SlidersHorizontal aria-hidden className="size-4" />
            <span className="hidden sm:inline">{t('explore.price')}</span>
          </Button>
        </div>
        {isPriceShown && (
          <PriceFilter
            key={`${String(search.currency)} ${String(search.min)} ${String(search.max)}`}
            search={search}
            onChange={change}
          />
        )}
        <Chips search={search} onChange={change} />
      </div>
      <Tabs
        label={t('explore.order')}
        value={order}
        onChange={choose}
        tabs={ORDERS.map((value) => ({ value, label: t(`explore.${value}`) }))}
      >
        <PictureList {...list} label={t('explore.pictures')} empty={<Nothing isNarrowed={isNarrowed(search)} />} />
      </Tabs>
    </Page>
  )
}

function Nothing({ isNarrowed }: { isNarrowed: boolean }) {
  const { t } = useI18n()
  if (!isNarrowed) return <EmptyState title={t('explore.emptyTitle')} text={t('explore.emptyText')} />
  return (
    <EmptyState title={t('explore.nothingTitle')} text={t('explore.nothingText')}>
      <Link to="/" className={buttonClass('primary')}>
        {t('explore.showAll')}
      </Link>
    </EmptyState>
  )
}
