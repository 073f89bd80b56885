import { callUnaryMethod, useTransport } from '@connectrpc/connect-query'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'

import { refusalOf } from '@/api/refusal'
import { useCommand } from '@/api/useCommand'
import { useOnce } from '@/api/useOnce'
import type { Words } from '@/details/rules'
import { PictureCommandService } from '@/gen/picasso/commands/v1/picture_pb'
import { GalleryQueryService } from '@/gen/picasso/queries/v1/gallery_pb'
import type { Picture } from '@/gen/picasso/queries/v1/picture_pb'

import { useKept } from './useKept'
import { after, begin, choose, type Draft, type FieldName, isContested, rebase, type Whose } from './words'

/** Somebody who changes a picture faster than one saves is not raced for ever. */
const TRIES = 3

/** Changes a picture's words on top of what one has seen, so that nobody's are overwritten unseen. */
export function useWords(picture: Picture, onSaved: () => Promise<unknown>) {
  const { pictureId } = picture
  const transport = useTransport()
  const [kept, keep] = useKept<Draft>(`picasso.studio.words.${pictureId}`)
  // What is written now is seen anyway; what was there when the page opened is told of.
  const [isRestored, setRestored] = useState(kept !== undefined)
  const change = useCommand(PictureCommandService.method.changePictureDetails, { tellsErrors: true })

  const send = async (draft: Draft, triesLeft = TRIES): Promise<void> => {
    const { words, etag } = draft
    try {
      const { receipt } = await change.mutateAsync({
        pictureId,
        etag,
        details: { ...words, tags: [...words.tags] },
      })
      await onSaved()
      setRestored(false)
      keep((latest = draft) => after(latest, words, receipt?.etag ?? etag))
    } catch (error) {
      if (refusalOf(error).reason !== 'ETAG_MISMATCH' || triesLeft === 0) throw error
      const { picture: later } = await callUnaryMethod(transport, GalleryQueryService.method.getPicture, {
        pictureId,
      })
      if (!later?.picture) throw error
      const seen = later.picture
      const onTop = keep((latest = draft) => rebase(latest, seen))
      if (onTop && !isContested(onTop)) await send(onTop, triesLeft - 1)
    }
  }
  // The command in it is repeated by itself.
  const save = useMutation({ mutationFn: (draft: Draft) => send(draft), retry: false, meta: { tellsErrors: true } })

  const edit = (how: (draft: Draft) => Draft) => keep((latest = begin(picture)) => how(latest))
  return {
    draft: kept ?? begin(picture),
    isRestored,
    isSaving: save.isPending,
    error: save.error,
    write: (written: Partial<Words>) => edit((draft) => ({ ...draft, words: { ...draft.words, ...written } })),
    choose: (field: FieldName, whose: Whose) => edit((draft) => choose(draft, field, whose)),
    discard: () => {
      keep(() => undefined)
      setRestored(false)
      save.reset()
    },
    save: useOnce(save.mutateAsync),
  }
}
