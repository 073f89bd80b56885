import { create, type MessageInitShape } from '@bufbuild/protobuf'
import { expect, test } from 'vitest'

import { ReplayEventsResponseSchema } from '@/gen/picasso/events/v1/event_stream_pb'
import { type Position, PositionSchema } from '@/gen/picasso/types/v1/types_pb'

import { lookupOf } from './aggregates'
import { indented } from './indented'
import { beginningOf, MOST_SHOWN, readShare, take, UNREAD, wantedOf } from './replay'

const ID = '01a2120c-00d3-7276-b87f-412fcefb4fff'

const at = (log: number, offset: number | bigint) => create(PositionSchema, { log, offset: BigInt(offset) })
const plain = (positions: readonly Position[]) => positions.map(({ log, offset }) => [log, offset])
const offsets = ({ events }: typeof UNREAD) => events.map(({ position }) => position?.offset)
const answer = (said: MessageInitShape<typeof ReplayEventsResponseSchema>) =>
  create(ReplayEventsResponseSchema, said)
const event = (offset: number) => ({ position: at(0, offset) })

test('the newest are looked at, further back if only some are wanted', () => {
  const heads = [at(0, 150), at(1, 20_000), at(2, 7)]
  expect(plain(beginningOf({}, heads))).toEqual([
    [0, 50n],
    [1, 19_900n],
    [2, 0n],
  ])
  expect(plain(beginningOf({ type: 'picture' }, heads))).toEqual([
    [0, 0n],
    [1, 10_000n],
    [2, 0n],
  ])
})

test('what belongs to a request may stand anywhere', () => {
  expect(beginningOf({ correlation: ID }, [at(0, 150)])).toEqual([])
})

test('the newest stand first, and the place to go on at is the last one said', () => {
  const first = take(UNREAD, answer({ events: [event(1), event(2)], positions: [at(0, 2)] }))
  const second = take(first, answer({ events: [event(3)], positions: [at(0, 3)], caughtUp: true }))
  expect(offsets(second)).toEqual([3n, 2n, 1n])
  expect(plain(second.positions)).toEqual([[0, 3n]])
  expect([first.isCaughtUp, second.isCaughtUp]).toEqual([false, true])
})

test('a resumed stream that has yet to catch up does not make the page empty again', () => {
  expect(take({ ...UNREAD, isCaughtUp: true }, answer({ caughtUp: false })).isCaughtUp).toBe(true)
})

test('the page keeps so many of the newest, and says when there were more', () => {
  const many = (count: number) => answer({ events: Array.from({ length: count }, (_, index) => event(index + 1)) })
  const all = take(UNREAD, many(MOST_SHOWN))
  expect([all.events.length, all.hasDropped]).toEqual([MOST_SHOWN, false])
  const most = take(all, answer({ events: [event(MOST_SHOWN + 1)] }))
  expect([most.events.length, most.hasDropped]).toEqual([MOST_SHOWN, true])
  expect(offsets(most).at(0)).toBe(BigInt(MOST_SHOWN + 1))
  expect(take(most, answer({})).hasDropped).toBe(true)
})

test('how much is read is counted over all logs', () => {
  expect(readShare([at(0, 5), at(1, 10)], [at(0, 10), at(1, 20)])).toBe(0.5)
  expect(readShare([at(0, 15)], [at(0, 10)])).toBe(1)
  expect(readShare([], [at(0, 0)])).toBe(0)
  expect(readShare([], [])).toBe(0)
})

test('of an address only what can be meant is taken', () => {
  expect(wantedOf({ correlation: ID.toUpperCase(), type: 'picture', x: 1 })).toEqual({
    correlation: ID,
    type: 'picture',
  })
  expect(wantedOf({ correlation: 'abc', type: 'teapot' })).toEqual({})
  expect(wantedOf({ at: '1:20', type: 'picture' })).toEqual({ at: '1:20' })
  expect(wantedOf({ at: '0:0' })).toEqual({})
  expect(wantedOf({ at: '1:2:3' })).toEqual({})
  expect(lookupOf({ type: 'handle', id: 'ann', at: 3 })).toEqual({ type: 'handle', id: 'ann', at: 3 })
  expect(lookupOf({ type: 'teapot', id: '', at: 0 })).toEqual({})
  expect(lookupOf({ id: 7, at: 1.5 })).toEqual({ id: '7' })
})

test('JSON is indented without touching a digit or a text', () => {
  expect(indented('{"a":[1,{}],"b":"x,{\\"y\\": [1]}","n":9007199254740993}')).toBe(
    [
      '{',
      '  "a": [',
      '    1,',
      '    {}',
      '  ],',
      '  "b": "x,{\\"y\\": [1]}",',
      '  "n": 9007199254740993',
      '}',
    ].join('\n'),
  )
  expect(indented(' { "a" :\n[ ] } ')).toBe('{\n  "a": []\n}')
  expect(indented('null')).toBe('null')
})
