import { useEffect } from 'react'

import { useI18n } from '@/i18n'
import { Page } from '@/ui/Page'

import { DropZone } from './DropZone'
import { FinishBar } from './FinishBar'
import { SharedForm } from './SharedForm'
import { isDone, isUnderWay, newUpload } from './upload'
import { UploadCard } from './UploadCard'
import { useFormErrors } from './useFormErrors'
import { useUploader } from './useUploader'

export function UploadPage() {
  const { t } = useI18n()
  const { uploads, shared, dispatch } = useUploader()
  const errors = useFormErrors({ uploads, shared, dispatch })
  const isMany = uploads.filter((upload) => !isDone(upload)).length > 1
  useWarnBeforeLeaving(uploads.some(isUnderWay))
  return (
    <div className="mx-auto max-w-4xl">
      <Page title={t('upload.title')} heading={t('upload.heading')} intro={t('upload.intro')}>
        <div className="space-y-6 **:scroll-my-32">
          <DropZone
            isSmall={uploads.length > 0}
            onFiles={(files) => dispatch({ type: 'added', uploads: files.map(newUpload) })}
          />
          {isMany && <SharedForm shared={shared} errors={errors.ofShared} dispatch={dispatch} />}
          {uploads.length > 0 && (
            <ul aria-label={t('upload.files')} className="space-y-4">
              {uploads.map((upload) => (
                <UploadCard
                  key={upload.id}
                  upload={upload}
                  shared={shared}
                  errors={errors.of(upload)}
                  isOneOfMany={isMany}
                  dispatch={dispatch}
                />
              ))}
            </ul>
          )}
          <FinishBar uploads={uploads} onFinish={errors.finish} hasErrors={errors.hasAny} dispatch={dispatch} />
        </div>
      </Page>
    </div>
  )
}

/** The browser asks whether to leave. */
function useWarnBeforeLeaving(isNeeded: boolean) {
  useEffect(() => {
    if (!isNeeded) return undefined
    const warn = (event: BeforeUnloadEvent) => event.preventDefault()
    addEventListener('beforeunload', warn)
    return () => removeEventListener('beforeunload', warn)
  }, [isNeeded])
}
