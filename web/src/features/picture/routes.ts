import { createRoute } from '@tanstack/react-router'

import { rootRoute } from '@/app/rootRoute'

import { PicturePage } from './PicturePage'
import { askForPicture } from './usePicture'

const picture = createRoute({
  getParentRoute: () => rootRoute,
  path: '/pictures/$id',
  // Asked before anything is drawn; pointing at a link is no reason to ask.
  loader: ({ context, params, preload }) => {
    if (!preload) askForPicture(context, params.id)
  },
  // Where links from elsewhere lead: its script comes with the first, not a round trip later.
  component: PicturePage,
})

export const pictureRoutes = [picture] as const
