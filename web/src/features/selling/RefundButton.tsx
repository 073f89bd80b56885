import { useCommand } from '@/api/useCommand'
import { PurchaseCommandService } from '@/gen/picasso/commands/v1/purchase_pb'
import type { Sale } from '@/gen/picasso/queries/v1/sales_pb'
import { Edition } from '@/gen/picasso/types/v1/types_pb'
import { useI18n } from '@/i18n'
import { ConfirmButton } from '@/ui/ConfirmButton'
import { toast } from '@/ui/toasts'

interface RefundButtonProps {
  sale: Sale
  describedBy: string
}

/** Takes a sale back, once one knows what that means. */
export function RefundButton({ sale, describedBy }: RefundButtonProps) {
  const { t, format } = useI18n()
  const { purchaseId, buyer, price, edition } = sale
  const refund = useCommand(PurchaseCommandService.method.refundPurchase, {
    onDone: () => toast(t('selling.refundOnItsWay')),
    tellsErrors: true,
  })
  if (!price) return null
  const name = buyer?.displayName || t('explore.unnamed')
  return (
    <ConfirmButton
      look="quiet"
      label={t('selling.refund')}
      title={t('selling.refundTitle')}
      describedBy={describedBy}
      isBusy={refund.isPending}
      error={refund.error}
      onOpen={refund.reset}
      onConfirm={() => refund.run({ purchaseId })}
    >
      <p>{t('selling.refundText', { name, price: format.money(price) })}</p>
      {edition === Edition.EXCLUSIVE && <p>{t('selling.refundExclusive')}</p>}
      <p className="text-muted">{t('selling.refundShare')}</p>
    </ConfirmButton>
  )
}
