import { createHash } from 'node:crypto'

import type { DescService } from '@bufbuild/protobuf'
import { v7 as uuidv7 } from 'uuid'

import { type SignedIn, type Ticket, ticketOf } from '@/auth/sandbox/tickets'
import { AccountCommandService } from '@/gen/picasso/commands/v1/account_pb'
import { PictureCommandService } from '@/gen/picasso/commands/v1/picture_pb'
import { PurchaseCommandService } from '@/gen/picasso/commands/v1/purchase_pb'
import { ReactionCommandService } from '@/gen/picasso/commands/v1/reaction_pb'
import { GalleryQueryService } from '@/gen/picasso/queries/v1/gallery_pb'
import { Edition, Licence } from '@/gen/picasso/types/v1/types_pb'

import type { Market } from './market'

export const PASSWORD = 'correct horse battery'
export const PRICE_MINOR = 1_500n

/** Somebody who is there already: acts by calls, not by a browser. */
export class Person {
  /** Signs up and registers. */
  static async join(market: Market, handle: string, roles: string[] = []): Promise<Person> {
    let person = await Person.signUp(market, handle)
    if (roles.length > 0) {
      await market.sandbox('/sandbox/roles', { email: person.signedIn.email, roles })
      // A token says what its owner may do when it is made.
      person = await Person.signIn(market, handle)
    }
    await person.client(AccountCommandService).registerAccount({ requestId: uuidv7(), handle, displayName: handle })
    return person
  }

  static signUp(market: Market, name: string): Promise<Person> {
    return Person.#enter('signUp', market, name)
  }

  /** Who has signed up before, by a page say. */
  static signIn(market: Market, name: string): Promise<Person> {
    return Person.#enter('signInWithPassword', market, name)
  }

  static async #enter(method: string, market: Market, name: string) {
    const credentials = { email: `${name}@example.org`, password: PASSWORD, returnSecureToken: true }
    return new Person(market, await market.sandbox<SignedIn>(`/identity/v1/accounts:${method}`, credentials))
  }

  private constructor(
    readonly market: Market,
    readonly signedIn: SignedIn,
  ) {}

  /** What the app keeps in the browser of who is signed in. */
  get ticket(): Ticket {
    return ticketOf(this.signedIn)
  }

  client<S extends DescService>(service: S) {
    return this.market.client(service, this.signedIn.idToken)
  }

  /** Uploads a file and puts it up for sale; answers the picture's id once everybody sees it. */
  async publish(file: Buffer, title: string, edition = Edition.OPEN): Promise<string> {
    const pictures = this.client(PictureCommandService)
    const sha256 = createHash('sha256').update(file).digest('hex')
    const upload = await pictures.startUpload({ requestId: uuidv7(), sizeBytes: BigInt(file.length), sha256 })
    const put = await fetch(upload.uploadUrl, {
      method: 'PUT',
      headers: upload.uploadHeaders,
      body: new Uint8Array(file),
    })
    if (!put.ok) throw new Error(`the upload was answered ${String(put.status)}`)
    const { pictureId } = await pictures.finishUpload({
      requestId: uuidv7(),
      uploadToken: upload.uploadToken,
      details: { title, description: 'Taken on a walk.', altText: 'A street in the sun', tags: ['street'] },
      price: { amountMinor: PRICE_MINOR, currency: 'EUR' },
      edition,
      licence: Licence.PERSONAL,
    })
    await pictures.publishPicture({ requestId: uuidv7(), pictureId })
    await this.client(GalleryQueryService).getPicture({ pictureId })
    return pictureId
  }

  like(pictureId: string) {
    return this.client(ReactionCommandService).likePicture({ requestId: uuidv7(), pictureId })
  }

  /** Starts to buy a picture; the page to pay on is in the answer. */
  startCheckout(pictureId: string) {
    return this.client(PurchaseCommandService).startCheckout({
      requestId: uuidv7(),
      pictureId,
      shownPrice: { amountMinor: PRICE_MINOR, currency: 'EUR' },
    })
  }
}
