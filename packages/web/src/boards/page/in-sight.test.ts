import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { isInRows, rowsAround } from './in-sight.ts'

test('whatever is in the window is made, and little more', () => {
  const pixels = fc.integer({ min: -2000, max: 400_000 })
  fc.assert(
    fc.property(pixels, fc.integer({ min: 100, max: 3000 }), fc.nat(40), (topPx, heightPx, h) => {
      const span = rowsAround(topPx, heightPx)
      const first = Math.max(0, Math.floor(topPx / 38))
      const last = Math.max(0, Math.floor((topPx + heightPx) / 38))
      expect(isInRows({ y: first, h: h + 1 }, span)).toBe(true)
      expect(isInRows({ y: last, h: h + 1 }, span)).toBe(true)
      expect(span.to - span.from).toBeLessThanOrEqual(heightPx / 38 + 4 * 60)
    }),
  )
})

test.each([
  [0, 900, 0, 120],
  [3000, 900, 0, 180],
  [380_000, 900, 9900, 10_140],
])('%j pixels down in a window of %j: rows %j to %j', (topPx, heightPx, from, to) => {
  expect(rowsAround(topPx, heightPx)).toEqual({ from, to })
})
