const ENTRANCES = ['/sign-in', '/sign-up', '/forgotten-password']

/**
 * Where to go after signing in. Only a path of this app: an address from outside must not lead elsewhere. Never to the
 * sign-in again, but to where that would have led.
 */
export function safeNext(next: unknown): string {
  if (typeof next !== 'string' || !next.startsWith('/')) return '/'
  const url = new URL(next, location.origin)
  if (url.origin !== location.origin) return '/'
  if (ENTRANCES.includes(url.pathname)) return safeNext(url.searchParams.get('next'))
  return url.pathname + url.search + url.hash
}

/** `validateSearch` of the pages on the way to being signed in. */
export function nextSearch(search: Record<string, unknown>): { next?: string } {
  return search.next === undefined ? {} : { next: safeNext(search.next) }
}
