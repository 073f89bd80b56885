import { useQuery } from '@connectrpc/connect-query'
import { keepPreviousData } from '@tanstack/react-query'
import { useDeferredValue } from 'react'

import { GalleryQueryService, type SuggestWordsResponse } from '@/gen/picasso/queries/v1/gallery_pb'

const MOST_CHARACTERS = 60
const FRESH_MS = 60_000

/** The tags and artists that begin like what somebody types; the most used tags while there is nothing. */
export function useSuggestions(
  text: string,
  isWanted: boolean,
): Partial<Pick<SuggestWordsResponse, 'tags' | 'artists'>> {
  const prefix = useDeferredValue(text.trim())
  const { data } = useQuery(
    GalleryQueryService.method.suggestWords,
    { prefix },
    {
      enabled: isWanted && prefix.length <= MOST_CHARACTERS,
      staleTime: FRESH_MS,
      placeholderData: keepPreviousData,
    },
  )
  return isWanted ? (data ?? {}) : {}
}
