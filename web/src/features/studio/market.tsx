import { useCommand } from '@/api/useCommand'
import { PictureCommandService } from '@/gen/picasso/commands/v1/picture_pb'
import { type Picture, PictureStage } from '@/gen/picasso/queries/v1/picture_pb'
import { useI18n } from '@/i18n'
import { Button, type ButtonLook } from '@/ui/Button'
import { ConfirmButton } from '@/ui/ConfirmButton'
import { focusHeading } from '@/ui/focusHeading'
import { toast } from '@/ui/toasts'

interface MarketProps {
  picture: Picture
  /** The id of its title: there are more such buttons on the page. */
  describedBy?: string
}

/** Puts a picture up for sale, for the first time or again. */
export function PublishButton({ picture: { pictureId, title, stage }, describedBy }: MarketProps) {
  const { t } = useI18n()
  const publish = useCommand(PictureCommandService.method.publishPicture, {
    onDone: () => {
      toast(t('studio.publishedNow', { title }))
      focusHeading(describedBy)
    },
  })
  return (
    <Button
      look="primary"
      aria-describedby={describedBy}
      isBusy={publish.isPending}
      onClick={() => void publish.run({ pictureId })}
    >
      {t(stage === PictureStage.WITHDRAWN ? 'studio.publishAgain' : 'studio.publish')}
    </Button>
  )
}

/** Takes a picture off the market, once one knows what that means. */
export function WithdrawButton({
  picture: { pictureId, title },
  look,
  describedBy,
}: MarketProps & { look?: ButtonLook }) {
  const { t } = useI18n()
  const withdraw = useCommand(PictureCommandService.method.withdrawPicture, {
    onDone: () => toast(t('studio.withdrawnNow', { title })),
    tellsErrors: true,
  })
  return (
    <ConfirmButton
      label={t('studio.withdraw')}
      title={t('studio.withdrawTitle', { title })}
      look={look}
      describedBy={describedBy}
      isBusy={withdraw.isPending}
      error={withdraw.error}
      onOpen={withdraw.reset}
      onConfirm={() => withdraw.run({ pictureId })}
    >
      <p>{t('studio.withdrawText')}</p>
      <p className="text-muted">{t('studio.withdrawBuyers')}</p>
    </ConfirmButton>
  )
}
