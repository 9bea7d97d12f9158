import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { rough } from './signal-view.ts'

test.each([
  [
    [0.1 + 0.2, 1 / 3, null],
    [0.3, 0.33333, null],
  ],
  [
    [123_456.789, 0.4, -7],
    [123_460, 0, -10],
  ],
  [
    [0, null, 0],
    [0, null, 0],
  ],
  [
    [5e-324, 0],
    [5e-324, 0],
  ], // too small to be rounded by a power of ten
  [[1e300], [1e300]],
  [[], []],
])('rough(%j) is %j', (values, want) => expect(rough(values)).toEqual(want))

test('a value is off by no more than a ten-thousandth of the largest, and is short to write', () => {
  const values = fc.array(fc.option(fc.double({ noNaN: true, min: -1e15, max: 1e15 })))
  fc.assert(
    fc.property(values, (given) => {
      const peak = Math.max(0, ...given.map((value) => Math.abs(value ?? 0)))
      rough(given).forEach((value, i) => {
        if (given[i] === null) expect(value).toBeNull()
        else expect(Math.abs(value! - given[i]!)).toBeLessThanOrEqual(peak / 10_000)
      })
    }),
  )
})
