import { Code, ConnectError } from '@connectrpc/connect'
import { expect, test } from 'vitest'

import { BadRequestSchema, RetryInfoSchema } from '@/gen/google/rpc/error_details_pb'
import { refuse } from '@/test/refuse'

import { retry, retryDelay } from './queryClient'
import { isMissing, passes, refusalOf, UNREACHABLE } from './refusal'

test('a refusal is read from the details of the status', () => {
  const fieldViolations = [{ field: 'handle', description: 'too short' }]
  const error = refuse('INVALID_VALUE', Code.InvalidArgument, { field: 'handle' })
  error.details.push({ desc: BadRequestSchema, value: { fieldViolations } })
  error.details.push({ desc: RetryInfoSchema, value: { retryDelay: { seconds: 2n, nanos: 500_000_000 } } })
  error.metadata.set('x-correlation-id', 'c1')
  expect(refusalOf(error)).toMatchObject({
    reason: 'INVALID_VALUE',
    code: Code.InvalidArgument,
    metadata: { field: 'handle' },
    fieldViolations,
    retryDelayMs: 2500,
    correlationId: 'c1',
  })
})

test('what no Picasso said is told apart', () => {
  expect(refusalOf(ConnectError.from(new TypeError('Failed to fetch'))).reason).toBe(UNREACHABLE)
  expect(refusalOf(new ConnectError('bad gateway', Code.Unavailable)).reason).toBe(UNREACHABLE)
  expect(refusalOf(new ConnectError('late', Code.DeadlineExceeded)).reason).toBe('DEADLINE_EXCEEDED')
  expect(refusalOf(new Error('a bug')).reason).toBe('INTERNAL')
})

test.each([
  ['SERVICE_UNAVAILABLE', Code.Unavailable, true],
  ['CONTENDED', Code.Aborted, true],
  ['ETAG_MISMATCH', Code.Aborted, false],
  ['OVERLOADED', Code.ResourceExhausted, true],
  ['TOO_MANY_ATTEMPTS', Code.ResourceExhausted, false],
  ['PICTURE_NOT_FOUND', Code.NotFound, false],
])('%s passes by itself: %s %s', (reason, code, expected) => {
  expect(passes(refusalOf(refuse(reason, code)))).toBe(expected)
})

test('what passes is tried three times more, later each time or as the server asks', () => {
  const busy = refuse('OVERLOADED', Code.ResourceExhausted)
  expect([0, 1, 2, 3].map((failures) => retry(failures, busy))).toEqual([true, true, true, false])
  expect([0, 1, 2].map((failures) => retryDelay(failures, busy))).toEqual([500, 1000, 2000])
  busy.details.push({ desc: RetryInfoSchema, value: { retryDelay: { seconds: 3n } } })
  expect(retryDelay(0, busy)).toBe(3000)
  expect(retry(0, refuse('PICTURE_SOLD', Code.FailedPrecondition))).toBe(false)
})

test('an address may name what there is not, or what there cannot be', () => {
  expect(isMissing(refuse('PICTURE_NOT_FOUND', Code.NotFound))).toBe(true)
  expect(isMissing(refuse('INVALID_VALUE', Code.InvalidArgument))).toBe(true)
  expect(isMissing(refuse('SERVICE_UNAVAILABLE', Code.Unavailable))).toBe(false)
})
