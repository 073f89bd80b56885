import { create } from '@bufbuild/protobuf'
import { timestampFromMs } from '@bufbuild/protobuf/wkt'
import { Code, type ServiceImpl } from '@connectrpc/connect'
import { screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { expect, test } from 'vitest'

import {
  GalleryQueryService,
  ProvenanceKind as Kind,
  ProvenanceMomentSchema,
} from '@/gen/picasso/queries/v1/gallery_pb'
import { de } from '@/i18n/de'
import { en } from '@/i18n/en'
import { translator } from '@/i18n/translate'
import { refuse } from '@/test/refuse'
import { show } from '@/test/show'

import { Provenance } from './Provenance'
import { told } from './told'

const ANN = { handle: 'ann', displayName: 'Ann' }
const BOB = { handle: 'bob', displayName: 'Bob' }
const english = translator(en, 'en')

interface Told {
  /** Days of March. */
  first?: number
  last?: number
  times?: bigint
  person?: { handle?: string; displayName?: string }
}

function of(kind: Kind, { first = 1, last = first, times = 1n, person }: Told = {}) {
  const [at, latestAt] = [first, last].map((day) => timestampFromMs(Date.UTC(2026, 2, day, 12)))
  const price = { amountMinor: 1500n, currency: 'EUR' }
  return create(ProvenanceMomentSchema, { kind, at, latestAt, times, price, person })
}

/** The section, before a server. */
function open(getProvenance: ServiceImpl<typeof GalleryQueryService>['getProvenance']) {
  show(<Provenance of="p" />, ({ service }) => {
    service(GalleryQueryService, { getProvenance })
  })
}

const lines = async () =>
  (await screen.findAllByRole('listitem')).map(({ children }) =>
    [...children].flatMap(({ textContent }) => textContent.trim() || []),
  )

test('who bought an exclusive picture is named; who bought an open one is counted', () => {
  const moments = [
    of(Kind.SOLD, { person: BOB }),
    of(Kind.RETURNED, { person: ANN }),
    of(Kind.SOLD, { times: 12n }),
    of(Kind.RETURNED),
    of(Kind.RETURNED, { times: 2n }),
  ]
  expect(told({ moments, leftOut: 0n }, english).map(({ text }) => text)).toEqual([
    '2 sales taken back',
    'Sale taken back',
    'Sold 12 times',
    'Sale taken back, returned to',
    'Sold to',
  ])
  expect(told({ moments, leftOut: 0n }, translator(de, 'de')).at(2)?.text).toBe('12-mal verkauft')
})

test('prices are told where they are news, and nothing is told of what this app does not know', () => {
  const kinds = [
    Kind.UPLOADED,
    Kind.PUBLISHED,
    Kind.REPRICED,
    Kind.SOLD,
    Kind.RETURNED,
    Kind.WITHDRAWN,
    Kind.UNSPECIFIED,
  ]
  const moments = told({ moments: kinds.map((kind) => of(kind)), leftOut: 0n }, english)
  expect(moments.map(({ text, price }) => [text, price !== undefined])).toEqual([
    ['Withdrawn', false],
    ['Sale taken back', false],
    ['Sold', true],
    ['Price changed', true],
    ['Published', true],
    ['Uploaded by', false],
  ])
})

test('the latest comes first, with its price and the days from the first sale to the last', async () => {
  open(() => ({
    moments: [
      of(Kind.UPLOADED, { person: ANN }),
      of(Kind.PUBLISHED, { first: 2 }),
      of(Kind.SOLD, { times: 12n, first: 3, last: 5 }),
      of(Kind.SOLD, { times: 2n, first: 6 }),
    ],
  }))
  expect(await lines()).toEqual([
    ['Sold 2 times', 'March 6, 2026 · €15.00 each'],
    ['Sold 12 times', 'March 3, 2026 – March 5, 2026 · €15.00 each'],
    ['Published', 'March 2, 2026 · €15.00'],
    ['Uploaded by Ann', 'March 1, 2026'],
  ])
  expect(screen.getByRole('link', { name: 'Ann' }).getAttribute('href')).toBe('/artists/ann')
})

test('what a long history leaves out is counted, behind its beginning', async () => {
  open(() => ({
    moments: [of(Kind.UPLOADED, { person: ANN }), of(Kind.REPRICED, { first: 3 })],
    leftOut: 12n,
  }))
  expect(await lines()).toEqual([
    ['Price changed', 'March 3, 2026 · €15.00'],
    ['12 more moments'],
    ['Uploaded by Ann', 'March 1, 2026'],
  ])
})

test('who is not known any more is somebody, and leads nowhere', async () => {
  open(() => ({ moments: [of(Kind.SOLD, { person: {} })] }))
  expect(await lines()).toEqual([['Sold to somebody', 'March 1, 2026 · €15.00']])
  expect(screen.queryByRole('link')).toBeNull()
})

test('what cannot be had is said, and asked for again', async () => {
  let isBroken = true
  open(() => {
    if (isBroken) throw refuse('INTERNAL', Code.Internal)
    return { moments: [of(Kind.UPLOADED, { person: ANN })] }
  })
  await screen.findByRole('alert')
  isBroken = false
  await userEvent.click(screen.getByRole('button', { name: 'Try again' }))
  expect(await lines()).toHaveLength(1)
  expect(screen.queryByRole('alert')).toBeNull()
})
