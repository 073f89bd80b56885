/** A browser's storage for who acts without a browser. */
export class Memory {
  readonly #items = new Map<string, string>()

  getItem(key: string) {
    return this.#items.get(key) ?? null
  }

  setItem(key: string, value: string) {
    this.#items.set(key, value)
  }

  removeItem(key: string) {
    this.#items.delete(key)
  }
}
