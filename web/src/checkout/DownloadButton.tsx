import { createClient } from '@connectrpc/connect'
import { useTransport } from '@connectrpc/connect-query'
import { useMutation } from '@tanstack/react-query'

import { LibraryQueryService } from '@/gen/picasso/queries/v1/library_pb'
import { useI18n } from '@/i18n'
import { Button } from '@/ui/Button'
import { ErrorNote } from '@/ui/ErrorNote'

/** Downloads the original. A link is good for minutes: it is asked for when it is wanted. */
export function DownloadButton({ pictureId, describedBy }: { pictureId: string; describedBy?: string }) {
  const { t } = useI18n()
  const transport = useTransport()
  const download = useMutation({
    mutationFn: () => createClient(LibraryQueryService, transport).getDownloadLink({ pictureId }),
    onSuccess: ({ url }) => window.location.assign(url),
    meta: { tellsErrors: true },
  })
  return (
    <div className="space-y-3">
      <Button
        look="primary"
        aria-describedby={describedBy}
        isBusy={download.isPending}
        onClick={() => download.mutate()}
      >
        {t('buy.download')}
      </Button>
      {download.error && <ErrorNote error={download.error} />}
    </div>
  )
}
