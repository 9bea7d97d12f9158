import { expect, test } from 'vitest'
import { leftText } from './override-text.ts'

test.each([
  [599_001, '10:00'],
  [65_000, '1:05'],
  [9_000, '0:09'],
  [1, '0:01'],
  [0, '0:00'],
  [-5000, '0:00'],
  [3_845_000, '1:04:05'],
  [86_400_000, '24:00:00'],
])('%d ms are left: %s', (ms, want) => {
  expect(leftText(ms)).toBe(want)
})
