import { useState } from 'react'

import { useI18n } from '@/i18n'

import { Button } from './Button'

/** Copies a text that people have to hand on exactly. */
export function CopyButton({ text }: { text: string }) {
  const { t } = useI18n()
  const [tried, setTried] = useState<{ text: string; isCopied: boolean }>()
  const copy = async () => {
    try {
      // There is none where the connection is not secure, and people may refuse it.
      await navigator.clipboard.writeText(text)
      setTried({ text, isCopied: true })
    } catch {
      setTried({ text, isCopied: false })
    }
  }
  return (
    <>
      <Button onClick={() => void copy()}>{t('common.copy')}</Button>
      <span role="status">{tried?.text === text && t(tried.isCopied ? 'common.copied' : 'common.notCopied')}</span>
    </>
  )
}
