import { copyText } from '@/ui/copyText'

interface Link {
  title: string
  url: string
}

/** Hands an address on, by what the device shares with or else by the clipboard, and answers what became of it. */
export async function share(link: Link): Promise<'shared' | 'cancelled' | 'copied' | 'impossible'> {
  if ('share' in navigator) {
    try {
      await navigator.share(link)
      return 'shared'
    } catch (error) {
      if (error instanceof DOMException && error.name === 'AbortError') return 'cancelled'
      // It shares nothing just now, or no addresses: they can still be copied.
    }
  }
  return (await copyText(link.url)) ? 'copied' : 'impossible'
}
