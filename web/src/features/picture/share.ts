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
  try {
    // There is none where the connection is not secure.
    await navigator.clipboard.writeText(link.url)
    return 'copied'
  } catch {
    return 'impossible'
  }
}
