import { useState } from 'react'

import { useI18n } from '@/i18n'

import { Button } from './Button'

/** Copies a text that people have to hand on exactly. */
export function CopyButton({ text }: { text: string }) {
  const { t } = useI18n()
  const [copied, setCopied] = useState<string>()
  const copy = () => navigator.clipboard.writeText(text).then(() => setCopied(text), reportError)
  return (
    <>
      <Button onClick={() => void copy()}>{t('common.copy')}</Button>
      <span role="status">{copied === text && t('common.copied')}</span>
    </>
  )
}
