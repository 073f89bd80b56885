import { expect, test } from 'vitest'

import { passes, refusalOf } from '@/api/refusal'

import { refusalOfAnswer } from './send'

const answered = (status: number, body: unknown) =>
  refusalOf(refusalOfAnswer(status, typeof body === 'string' ? body : JSON.stringify(body)))

test('a problem document says why', () => {
  const refusal = answered(413, { reason: 'UPLOAD_TOO_LARGE', metadata: { announced_bytes: '3' } })
  expect(refusal).toMatchObject({ reason: 'UPLOAD_TOO_LARGE', metadata: { announced_bytes: '3' } })
  expect(passes(refusal)).toBe(false)
})

test('what passes by itself is told apart', () => {
  expect(passes(answered(503, { reason: 'SHUTTING_DOWN' }))).toBe(true)
  expect(passes(answered(429, { reason: 'OVERLOADED' }))).toBe(true)
  expect(passes(answered(502, '<html>bad gateway</html>'))).toBe(true)
})

test('a storage service that finds its address too old', () => {
  expect(answered(403, '<Error><Code>AccessDenied</Code></Error>').reason).toBe('LINK_EXPIRED')
})

test('an answer that is no problem document is none of ours', () => {
  expect(answered(400, 'null').reason).toBe('INTERNAL')
})
