import { create } from '@bufbuild/protobuf'
import type { MessageInitShape } from '@bufbuild/protobuf'
import { expect, test } from 'vitest'

import {
  GenerationState,
  ProjectionStatusSchema,
  RelayStatusSchema,
} from '@/gen/picasso/operations/v1/operations_pb'

import { healthOf, liveOf, parkedText, relayHealthOf, unfinishedOf } from './health'

const LIVE = { number: 2, state: GenerationState.LIVE }
const BUILDING = { number: 3, state: GenerationState.BUILDING }
const RETIRED = { number: 1, state: GenerationState.RETIRED }

const projection = (status: MessageInitShape<typeof ProjectionStatusSchema>) =>
  create(ProjectionStatusSchema, { generations: [RETIRED, LIVE, BUILDING], ...status })

test('of several troubles the worst is told', () => {
  const all = { error: 'no MongoDB', parkedDocuments: 1, lagEvents: 5n }
  expect(healthOf(projection(all))).toBe('held')
  expect(healthOf(projection({ ...all, error: '', generations: [RETIRED, BUILDING] }))).toBe('missing')
  expect(healthOf(projection({ ...all, error: '' }))).toBe('parked')
  expect(healthOf(projection({ lagEvents: 5n }))).toBe('behind')
  expect(healthOf(projection({}))).toBe('current')
})

test('a relay whose stream cannot be asked is held up, however far it was', () => {
  const relay = (status: MessageInitShape<typeof RelayStatusSchema>) =>
    relayHealthOf(create(RelayStatusSchema, status))
  expect(relay({ error: 'no NATS', lagEvents: 5n })).toBe('held')
  expect(relay({ end: 7n, lagEvents: 5n })).toBe('behind')
  expect(relay({ end: 12n })).toBe('current')
})

test('generations are told apart by their state', () => {
  expect(liveOf(projection({}))?.number).toBe(2)
  expect(unfinishedOf(projection({}))?.number).toBe(3)
  expect(unfinishedOf(projection({ generations: [LIVE] }))).toBeUndefined()
})

test('a number of parked documents at which counting ended is no number of them all', () => {
  expect(parkedText(projection({ parkedDocuments: 999 }), String)).toBe('999')
  expect(parkedText(projection({ parkedDocuments: 1000 }), String)).toBe('1000+')
})
