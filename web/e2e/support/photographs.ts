import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'

/** Real photographs, which are never part of the repository. */
const FOLDER = process.env.PICASSO_PHOTOS ?? resolve(import.meta.dirname, '../../../../shared/photos')

export function photographPath(name: string) {
  return resolve(FOLDER, name)
}

export function photograph(name: string): Promise<Buffer> {
  return readFile(photographPath(name))
}
