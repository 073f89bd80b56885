import { useMutation } from '@tanstack/react-query'

import { refusalOf } from '@/api/refusal'
import { useCommand } from '@/api/useCommand'
import { useOnce } from '@/api/useOnce'
import { PictureCommandService } from '@/gen/picasso/commands/v1/picture_pb'
import type { Picture } from '@/gen/picasso/queries/v1/picture_pb'
import { parseAmount } from '@/i18n/amount'

import { useKept } from './useKept'

/** Changes what a picture costs, on top of the price one has seen. */
export function usePrice({ pictureId, price, etag }: Picture, onChanged: () => Promise<unknown>) {
  const [kept, keep] = useKept<string>(`picasso.studio.price.${pictureId}`)
  const reprice = useCommand(PictureCommandService.method.repricePicture, { tellsErrors: true })
  const change = useMutation({
    mutationFn: async (typed: string) => {
      const currency = price?.currency ?? ''
      const amountMinor = parseAmount(typed, currency)
      if (amountMinor === undefined) return
      try {
        await reprice.mutateAsync({ pictureId, etag, price: { amountMinor, currency } })
      } catch (error) {
        // What has changed is shown beside the refusal, then one may decide again.
        if (refusalOf(error).reason === 'ETAG_MISMATCH') await onChanged()
        throw error
      }
      await onChanged()
      keep((latest) => (latest === typed ? undefined : latest))
    },
    retry: false,
    meta: { tellsErrors: true },
  })
  return {
    typed: kept ?? '',
    type: (text: string) => keep(() => text || undefined),
    isChanging: change.isPending,
    error: change.error,
    change: useOnce(change.mutateAsync),
  }
}
