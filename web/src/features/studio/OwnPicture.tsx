import { Link } from '@tanstack/react-router'
import { useId } from 'react'

import type { Picture as PictureMessage } from '@/gen/picasso/queries/v1/picture_pb'
import { useI18n } from '@/i18n'
import { buttonClass } from '@/ui/Button'
import { Money } from '@/ui/Money'
import { Picture } from '@/ui/Picture'

import { PublishButton, WithdrawButton } from './market'
import { allowedAt } from './standing'
import { StandingMark } from './StandingMark'

/** One of one's own pictures: how it stands, and what one can do with it now. */
export function OwnPicture({ picture }: { picture: PictureMessage }) {
  const { t } = useI18n()
  const titleId = useId()
  const { pictureId, title, price, likes, sales } = picture
  const { canPublish, canWithdraw, canChange } = allowedAt(picture)
  return (
    <article aria-labelledby={titleId} className="flex items-start gap-4 sm:gap-6">
      <div className="w-24 shrink-0 sm:w-40">
        <Picture of={picture} sizes="10rem" className="rounded-lg" />
      </div>
      <div className="min-w-0 grow space-y-2">
        <h2 id={titleId} tabIndex={-1} className="text-lg font-semibold break-words">
          <Link to="/studio/$id" params={{ id: pictureId }} className="underline-offset-4 hover:underline">
            {title}
          </Link>
        </h2>
        <StandingMark of={picture} />
        <p className="text-sm text-muted">
          <Money of={price} /> · {t('explore.likes', { count: Number(likes) })} ·{' '}
          {t('studio.sales', { count: Number(sales) })}
        </p>
        <div className="flex flex-wrap gap-2 pt-1">
          {canChange && (
            <Link to="/studio/$id" params={{ id: pictureId }} aria-describedby={titleId} className={buttonClass()}>
              {t('studio.edit')}
            </Link>
          )}
          {canPublish && <PublishButton picture={picture} describedBy={titleId} />}
          <Link
            to="/pictures/$id"
            params={{ id: pictureId }}
            aria-describedby={titleId}
            className={buttonClass('quiet')}
          >
            {t('studio.look')}
          </Link>
          {canWithdraw && <WithdrawButton picture={picture} look="quiet" describedBy={titleId} />}
        </div>
      </div>
    </article>
  )
}
