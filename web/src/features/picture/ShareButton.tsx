import { Share2 } from 'lucide-react'
import { useState } from 'react'

import { useOnce } from '@/api/useOnce'
import type { Picture } from '@/gen/picasso/queries/v1/picture_pb'
import { useI18n } from '@/i18n'
import { Dialog } from '@/ui/Dialog'
import { Field } from '@/ui/Field'
import { toast } from '@/ui/toasts'

import { share } from './share'

/** Hands on where a picture is. Where the browser does not let it, people copy the address themselves. */
export function ShareButton({ of: { pictureId, title } }: { of: Pick<Picture, 'pictureId' | 'title'> }) {
  const { t } = useI18n()
  const [isShown, setShown] = useState(false)
  const url = `${location.origin}/pictures/${pictureId}`
  const label = t('picture.share', { title })
  const press = useOnce(async () => {
    const outcome = await share({ title, url })
    if (outcome === 'copied') toast(t('picture.addressCopied'))
    if (outcome === 'impossible') setShown(true)
  })
  return (
    <>
      <button
        type="button"
        aria-label={label}
        onClick={() => void press()}
        className="inline-flex size-11 shrink-0 items-center justify-center rounded-full border border-outline text-muted transition-colors hover:bg-surface hover:text-ink"
      >
        <Share2 aria-hidden className="size-5" />
      </button>
      <Dialog title={label} isOpen={isShown} onClose={() => setShown(false)}>
        <Field
          label={t('picture.address')}
          hint={t('picture.addressHint')}
          readOnly
          value={url}
          onFocus={({ currentTarget }) => currentTarget.select()}
        />
      </Dialog>
    </>
  )
}
