const WIDTH = 320

/** A small form of a picture, so that a page of a hundred does not hold a hundred originals in memory. */
export async function thumbnailOf(file: Blob): Promise<Blob | undefined> {
  if (typeof OffscreenCanvas === 'undefined') return undefined
  try {
    const bitmap = await createImageBitmap(file, { resizeWidth: WIDTH, resizeQuality: 'medium' })
    const canvas = new OffscreenCanvas(bitmap.width, bitmap.height)
    canvas.getContext('2d')?.drawImage(bitmap, 0, 0)
    bitmap.close()
    return await canvas.convertToBlob({ type: 'image/webp', quality: 0.8 })
  } catch {
    // Not every picture can be shown here; that does not make it unfit for the server.
    return undefined
  }
}
