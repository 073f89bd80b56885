import { ImageUp } from 'lucide-react'
import { useEffect, useRef, useState } from 'react'

import { useI18n } from '@/i18n'
import { Button } from '@/ui/Button'

interface DropZoneProps {
  onFiles: (files: File[]) => void
  /** Once there are files, they matter more. */
  isSmall: boolean
}

/** Takes files by the picker, and from anywhere on the page by dragging or pasting. */
export function DropZone({ onFiles, isSmall }: DropZoneProps) {
  const { t } = useI18n()
  const input = useRef<HTMLInputElement>(null)
  const isOver = useFilesFromPage(onFiles)
  return (
    <div
      className={`flex items-center justify-center gap-3 rounded-card border-2 border-dashed px-4 text-center ${isSmall ? 'flex-wrap py-4' : 'flex-col py-16'} ${isOver ? 'border-accent bg-surface' : 'border-outline'}`}
    >
      {!isSmall && <ImageUp aria-hidden className="size-8 text-muted" />}
      <Button look={isSmall ? 'secondary' : 'primary'} onClick={() => input.current?.click()}>
        {t('upload.choose')}
      </Button>
      <p className="text-sm text-muted">{t('upload.dropHint')}</p>
      {isOver && (
        <div
          aria-hidden
          className="pointer-events-none fixed inset-3 z-40 flex items-center justify-center rounded-card border-4 border-accent"
        >
          <span className="rounded-full bg-accent px-6 py-3 font-semibold text-on-accent">
            {t('upload.dropNow')}
          </span>
        </div>
      )}
      <input
        ref={input}
        type="file"
        multiple
        hidden
        accept="image/jpeg,image/png,image/webp"
        aria-label={t('upload.choose')}
        onChange={({ currentTarget }) => {
          onFiles([...(currentTarget.files ?? [])])
          // So that the same file can be chosen again.
          currentTarget.value = ''
        }}
      />
    </div>
  )
}

/** Answers whether files are being held over the page. */
function useFilesFromPage(onFiles: (files: File[]) => void): boolean {
  const [isOver, setIsOver] = useState(false)
  const latest = useRef(onFiles)
  useEffect(() => {
    latest.current = onFiles
  })
  useEffect(() => {
    const page = new AbortController()
    const { signal } = page
    const take = (data: DataTransfer | null) => {
      const files = [...(data?.files ?? [])]
      if (files.length > 0) latest.current(files)
      return files.length > 0
    }
    const carriesFiles = ({ dataTransfer }: DragEvent) => dataTransfer?.types.includes('Files') ?? false
    const onDragOver = (event: DragEvent) => {
      if (!carriesFiles(event)) return
      event.preventDefault()
      setIsOver(true)
    }
    const onDragLeave = ({ relatedTarget }: DragEvent) => {
      if (relatedTarget === null) setIsOver(false)
    }
    const onDrop = (event: DragEvent) => {
      if (!carriesFiles(event)) return
      event.preventDefault()
      setIsOver(false)
      take(event.dataTransfer)
    }
    const onPaste = (event: ClipboardEvent) => {
      if (take(event.clipboardData)) event.preventDefault()
    }
    addEventListener('dragover', onDragOver, { signal })
    addEventListener('dragleave', onDragLeave, { signal })
    addEventListener('drop', onDrop, { signal })
    addEventListener('paste', onPaste, { signal })
    return () => page.abort()
  }, [])
  return isOver
}
