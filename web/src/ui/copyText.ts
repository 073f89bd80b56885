/** Puts a text on the clipboard, and answers whether the browser let us. */
export async function copyText(text: string): Promise<boolean> {
  try {
    // There is none where the connection is not secure, and people may refuse it.
    await navigator.clipboard.writeText(text)
    return true
  } catch {
    return false
  }
}
