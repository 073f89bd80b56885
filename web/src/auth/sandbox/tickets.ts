import { claimsOf, type Session } from '../identity'

const KEY = 'picasso.session'

/** What the sandbox handed out. */
export interface Ticket {
  userId: string
  email: string
  idToken: string
  refreshToken: string
  expiresAtMs: number
}

/** What the sandbox answers who signs in. */
export interface SignedIn {
  localId: string
  email: string
  idToken: string
  refreshToken: string
  /** In seconds. */
  expiresIn: string
}

export function ticketOf({ localId, email, idToken, refreshToken, expiresIn }: SignedIn): Ticket {
  return { userId: localId, email, idToken, refreshToken, expiresAtMs: inSeconds(expiresIn) }
}

export function inSeconds(seconds: string): number {
  return Date.now() + Number(seconds) * 1000
}

/** The ticket of this browser, shared by its tabs. */
export class Tickets {
  #session: Session | undefined
  readonly #listeners = new Set<() => void>()

  constructor() {
    this.#session = sessionOf(this.read())
    addEventListener('storage', (event) => {
      if (event.key === KEY || event.key === null) this.#changed()
    })
  }

  read(): Ticket | undefined {
    const text = localStorage.getItem(KEY)
    return text === null ? undefined : (JSON.parse(text) as Ticket)
  }

  write(ticket: Ticket | undefined) {
    if (ticket) localStorage.setItem(KEY, JSON.stringify(ticket))
    else localStorage.removeItem(KEY)
    this.#changed()
  }

  session() {
    return this.#session
  }

  subscribe(listener: () => void) {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  /** A renewed token is no change: the same person is still signed in. */
  #changed() {
    const session = sessionOf(this.read())
    if (JSON.stringify(session) === JSON.stringify(this.#session)) return
    this.#session = session
    this.#listeners.forEach((listener) => listener())
  }
}

function sessionOf(ticket: Ticket | undefined): Session | undefined {
  if (!ticket) return undefined
  return { userId: ticket.userId, email: ticket.email, roles: claimsOf(ticket.idToken).roles ?? [] }
}
