import { createRoute, lazyRouteComponent } from '@tanstack/react-router'

import { rootRoute } from '@/app/rootRoute'
import { remembersVisit } from '@/gallery/visit'

import { ExplorePage } from './ExplorePage'
import { exploreSearch } from './search'
import { askForPictures, wantedBy } from './usePictures'

const explore = createRoute({
  getParentRoute: () => rootRoute,
  path: '/',
  validateSearch: exploreSearch,
  beforeLoad: remembersVisit,
  loaderDeps: ({ search }) => search,
  // Asked before anything is drawn; who only points at a link has no visit yet.
  loader: ({ context, deps, preload }) => {
    if (!preload) askForPictures(context, wantedBy(deps))
  },
  // Most people come here first: its script comes with the first, not a round trip later.
  component: ExplorePage,
})

const artist = createRoute({
  getParentRoute: () => rootRoute,
  path: '/artists/$handle',
  beforeLoad: remembersVisit,
  component: lazyRouteComponent(() => import('./ArtistPage'), 'ArtistPage'),
})

export const exploreRoutes = [explore, artist] as const
