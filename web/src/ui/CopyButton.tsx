import { useState } from 'react'

import { useI18n } from '@/i18n'

import { Button } from './Button'
import { copyText } from './copyText'

/** Copies a text that people have to hand on exactly. */
export function CopyButton({ text }: { text: string }) {
  const { t } = useI18n()
  const [tried, setTried] = useState<{ text: string; isCopied: boolean }>()
  const copy = async () => setTried({ text, isCopied: await copyText(text) })
  return (
    <>
      <Button onClick={() => void copy()}>{t('common.copy')}</Button>
      <span role="status">{tried?.text === text && t(tried.isCopied ? 'common.copied' : 'common.notCopied')}</span>
    </>
  )
}
