import { expect, test } from 'vitest'

import { titleOf } from './details'

test('a title begins as the file’s name, in words', () => {
  expect(titleOf('IMG_2041-last_light.jpg')).toBe('IMG 2041 last light')
  expect(titleOf('.jpg')).toBe('')
  expect(titleOf(`${'x'.repeat(200)}.png`)).toHaveLength(120)
})
