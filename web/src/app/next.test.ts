import { expect, test } from 'vitest'

import { nextSearch, safeNext } from './next'

test.each(['/', '/orders/1.2?checkout=success#top', '/?order=popular'])('%s is a place of this app', (next) => {
  expect(safeNext(next)).toBe(next)
})

test.each([
  'https://evil.example',
  '//evil.example/x',
  '/\\evil.example',
  '/\t/evil.example',
  'javascript:alert(1)',
  'x',
  7,
  undefined,
])('%s leads home', (next) => {
  expect(safeNext(next)).toBe('/')
})

test('no next place is none', () => {
  expect(nextSearch({})).toEqual({})
  expect(nextSearch({ next: '//evil.example' })).toEqual({ next: '/' })
})

test('signing in never leads to signing in, but to where that would have led', () => {
  expect(safeNext('/sign-in?next=%2Fsettings')).toBe('/settings')
  expect(safeNext('/sign-up?next=%2Fsign-in%3Fnext%3D%252Forders')).toBe('/orders')
  expect(safeNext('/forgotten-password?next=%2Forders')).toBe('/orders')
  expect(safeNext('/sign-in')).toBe('/')
  expect(safeNext('/sign-in?next=%2F%2Fevil.example')).toBe('/')
})
