import { Link } from '@tanstack/react-router'
import { useEffect, useState } from 'react'

import { refusalOf } from '@/api/refusal'
import { useCommand } from '@/api/useCommand'
import { PurchaseCommandService } from '@/gen/picasso/commands/v1/purchase_pb'
import type { ViewedPicture } from '@/gen/picasso/queries/v1/gallery_pb'
import { type Picture, PictureStage } from '@/gen/picasso/queries/v1/picture_pb'
import type { errors } from '@/i18n/en/errors'
import { useI18n } from '@/i18n'
import { Button } from '@/ui/Button'
import { Dialog } from '@/ui/Dialog'
import { ErrorNote } from '@/ui/ErrorNote'

import { type Price, risenPrice } from './price'
import { Terms } from './Terms'

/**
 * Why a picture cannot be bought, as far as the page knows before the server is asked. (Who holds a
 * reserved picture only the server knows: it may be the caller.)
 */
export function obstacle({
  picture,
  own,
}: Pick<ViewedPicture, 'picture' | 'own'>): keyof typeof errors | undefined {
  if (own) return 'OWN_PICTURE'
  if (picture?.stage === PictureStage.SOLD) return 'PICTURE_SOLD'
  if (picture?.stage === PictureStage.WITHDRAWN) return 'PICTURE_WITHDRAWN'
  if (picture?.stage !== PictureStage.PUBLISHED) return 'PICTURE_NOT_PUBLISHED'
  return undefined
}

/** Buys a picture: what one gets is confirmed first, then the payment provider's page takes over. */
export function BuyButton({ viewed }: { viewed: ViewedPicture }) {
  const { t } = useI18n()
  const [isOpen, setOpen] = useState(false)
  const { picture } = viewed
  const reason = obstacle(viewed)
  if (!picture) return null
  if (reason) return <p className="text-muted">{t(`errors.${reason}`)}</p>
  return (
    <>
      <Button look="primary" onClick={() => setOpen(true)}>
        {t('buy.buy')}
      </Button>
      <Dialog title={t('buy.confirmTitle')} isOpen={isOpen} onClose={() => setOpen(false)}>
        <Confirm picture={picture} />
      </Dialog>
    </>
  )
}

function Confirm({ picture }: { picture: Picture }) {
  const { t, format } = useI18n()
  const checkout = useCommand(PurchaseCommandService.method.startCheckout, {
    onDone: ({ checkoutUrl }) => window.location.assign(checkoutUrl),
    tellsErrors: true,
  })
  useReturn(checkout.reset)
  // Kept while the next try runs, which forgets the error: nobody agrees to one price and pays by another.
  const [agreed, setAgreed] = useState<Price | undefined>(picture.price)
  const risen = risenPrice(checkout.error)
  const price = risen ?? agreed
  if (!price) return null
  const { amountMinor, currency } = price
  const buy = () => {
    if (risen) setAgreed(risen)
    void checkout.run({ pictureId: picture.pictureId, shownPrice: { amountMinor, currency } })
  }
  return (
    <div className="space-y-6">
      <Terms picture={picture} price={price} />
      {checkout.error && <ErrorNote error={checkout.error} />}
      {checkout.error && refusalOf(checkout.error).reason === 'ALREADY_OWNED' && (
        <Link to="/library" className="block underline">
          {t('buy.libraryTitle')}
        </Link>
      )}
      <Button look="primary" className="w-full" isBusy={checkout.isPending || checkout.isSuccess} onClick={buy}>
        {t('buy.payPrice', { price: format.money(price) })}
      </Button>
      <p className="text-sm text-muted">{t('buy.paidThere')}</p>
    </div>
  )
}

/** Who comes back by the browser's button finds the page as it was left: about to go to the payment page. */
function useReturn(reset: () => void) {
  useEffect(() => {
    const onShow = ({ persisted }: PageTransitionEvent) => {
      if (persisted) reset()
    }
    window.addEventListener('pageshow', onShow)
    return () => window.removeEventListener('pageshow', onShow)
  }, [reset])
}
