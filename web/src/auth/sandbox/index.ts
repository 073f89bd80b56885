import type { Identity } from '../identity'
import { isFinal, post } from './rest'
import { inSeconds, type SignedIn, type Ticket, ticketOf, Tickets } from './tickets'

/** A token is renewed when it has less than this left. */
const MARGIN_MS = 5 * 60_000

interface Renewed {
  id_token: string
  refresh_token: string
  expires_in: string
}

/** Sign-in of the sandbox, which has the REST API of Firebase. */
export function createSandboxIdentity(url: string): Identity {
  const tickets = new Tickets()

  async function enter(method: string, email: string, password: string) {
    const answer = await post<SignedIn>(`${url}/v1/accounts:${method}`, {
      email,
      password,
      returnSecureToken: true,
    })
    tickets.write(ticketOf(answer))
  }

  /** One tab renews; the others wait for it and then find the new token. */
  function renew(old: Ticket): Promise<string | undefined> {
    return navigator.locks.request('picasso.renew', async () => {
      const now = tickets.read()
      if (now?.userId !== old.userId || now.idToken !== old.idToken) return now?.idToken
      try {
        const body = { grant_type: 'refresh_token', refresh_token: now.refreshToken }
        const {
          id_token: idToken,
          refresh_token: refreshToken,
          expires_in,
        } = await post<Renewed>(`${url}/v1/token`, body)
        // Somebody may have signed out in the meantime.
        if (tickets.read()?.refreshToken !== now.refreshToken) return tickets.read()?.idToken
        tickets.write({ ...now, idToken, refreshToken, expiresAtMs: inSeconds(expires_in) })
        return idToken
      } catch (error) {
        if (isFinal(error)) tickets.write(undefined)
        else if (Date.now() >= now.expiresAtMs) throw error
        return tickets.read()?.idToken
      }
    })
  }

  return {
    session: () => tickets.session(),
    subscribe: (listener) => tickets.subscribe(listener),
    token: async (options) => {
      const ticket = tickets.read()
      if (!ticket) return undefined
      const isFresh = ticket.expiresAtMs - Date.now() > MARGIN_MS
      return isFresh && !options?.renew ? ticket.idToken : renew(ticket)
    },
    signUp: (email, password) => enter('signUp', email, password),
    signIn: (email, password) => enter('signInWithPassword', email, password),
    signOut: () => {
      tickets.write(undefined)
      return Promise.resolve()
    },
    sendPasswordReset: async (email) => {
      await post(`${url}/v1/accounts:sendOobCode`, { requestType: 'PASSWORD_RESET', email })
    },
    resetPassword: async (oobCode, newPassword) => {
      await post(`${url}/v1/accounts:resetPassword`, { oobCode, newPassword })
    },
  }
}
