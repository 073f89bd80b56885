import { type Query, useQueryClient } from '@tanstack/react-query'
import { useRef } from 'react'

import { askAgain } from '@/api/askAgain'
import { useCommand } from '@/api/useCommand'
import { useSession } from '@/auth'
import { ReactionCommandService } from '@/gen/picasso/commands/v1/reaction_pb'

import { showLike } from './cache'

/**
 * Likes a picture or takes the like back: shown at once, and taken back on the page when the server refuses. Who presses
 * again meanwhile is heard: one command follows the other, until the server knows the last wish.
 */
export function useLike(pictureId: string, liked: boolean) {
  const queries = useQueryClient()
  const isSignedIn = useSession() !== undefined
  const wish = useRef<boolean | undefined>(undefined)
  const like = useCommand(ReactionCommandService.method.likePicture, {
    asksAgain: (query) => wish.current === true && isAskedAgain(query),
  })
  const unlike = useCommand(ReactionCommandService.method.unlikePicture, {
    asksAgain: (query) => wish.current === false && isAskedAgain(query),
  })
  // To somebody signed out nothing is promised: the refusal leads to the page where one signs in.
  const show = (liked: boolean) => (isSignedIn ? showLike(queries, pictureId, liked) : Promise.resolve())

  return async () => {
    const isUnderWay = wish.current !== undefined
    const wished = !(wish.current ?? liked)
    wish.current = wished
    await show(wished)
    if (isUnderWay) return
    let known = liked
    while (wish.current !== known) {
      const next: boolean = wish.current
      if (!(await (next ? like : unlike).run({ pictureId }))) {
        await show(known)
        // What was under way when the like was shown has been cancelled.
        void askAgain(queries, isAskedAgain)
        break
      }
      known = next
    }
    wish.current = undefined
  }
}

/** Long lists show the like already; asked again, they might move under one's finger. */
function isAskedAgain({ queryKey, state }: Query): boolean {
  const [, about] = queryKey as [string, { cardinality?: string }?]
  return about?.cardinality !== 'infinite' || state.data === undefined
}
