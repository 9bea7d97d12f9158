import { expect, test } from 'vitest'
import { sparklinePath } from './sparkline-path.ts'

test.each([
  ['nothing', [], ''],
  ['only gaps', [null, null], ''],
  ['a rise from zero', [0, 5, 10], 'M0 10L10 5L20 0'],
  ['a gap', [10, 0, null, 0, 10], 'M0 0L5 10M15 10L20 0'],
  ['all zero lies on the ground', [0, 0], 'M0 10L20 10'],
  ['a steady value fills the box', [7, 7], 'M0 0L20 0'],
  ['a wobble far from zero stays small', [90, 100], 'M0 1L20 0'],
  ['below zero', [-10, 10], 'M0 10L20 0'],
  ['a lone value shows as a dash', [null, 5, null], 'M10 0h5'],
  ['at the end the dash stays inside', [null, null, 5], 'M20 0h-5'],
])('%s', (_, values, line) => expect(sparklinePath(values, 20, 10).line).toBe(line))

test('the newest point is marked only when it is there', () => {
  expect(sparklinePath([0, 10], 20, 10).end).toEqual({ x: 20, y: 0 })
  expect(sparklinePath([10, null], 20, 10).end).toBeUndefined()
})
