import { beforeEach, expect, test } from 'vitest'

import { Positions } from './positions'

const at = (log: number, offset: bigint) => ({ log, offset })
const plain = (positions: Positions) => positions.all().map(({ log, offset }) => at(log, offset))

beforeEach(() => sessionStorage.clear())

test('of each log the furthest position is kept', () => {
  const positions = new Positions()
  positions.note(at(0, 7n))
  positions.note(at(0, 5n))
  positions.note(at(3, 1n))
  expect(plain(positions)).toEqual([at(0, 7n), at(3, 1n)])
})

test('a reloaded page still waits for what was done before', () => {
  new Positions().note(at(1, 9007199254740993n))
  expect(plain(new Positions())).toEqual([at(1, 9007199254740993n)])
})

test('what the server does not know is forgotten for good', () => {
  const positions = new Positions()
  positions.note(at(0, 7n))
  positions.forget()
  expect(positions.all()).toEqual([])
  expect(new Positions().all()).toEqual([])
})
