import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { quantileOf } from './quantile.ts'

/** The slow way: all values in order, NaN first. */
function sortedQuantile(q: number, values: readonly number[]): number {
  if (values.length === 0) return Number.NaN
  const key = (value: number): number => (Number.isNaN(value) ? Number.NEGATIVE_INFINITY : value)
  const sorted = values.toSorted((a, b) =>
    Number.isNaN(a) || Number.isNaN(b)
      ? Number(Number.isNaN(b)) - Number(Number.isNaN(a))
      : key(a) - key(b),
  )
  const rank = q * (values.length - 1)
  const lower = Math.floor(rank)
  const upper = Math.min(values.length - 1, lower + 1)
  const weight = rank - lower
  return sorted[lower]! * (1 - weight) + sorted[upper]! * weight
}

const value = fc.oneof(
  fc.integer({ min: -5, max: 5 }),
  fc.double({ noNaN: true, min: -1e9, max: 1e9 }),
  fc.constantFrom(Number.NaN, 1e300, -1e300),
)

test('a selected quantile is that of the sorted values', () => {
  fc.assert(
    fc.property(
      fc.array(value, { maxLength: 300 }),
      fc.constantFrom(0, 0.1, 0.25, 0.5, 0.9, 0.99, 1),
      (values, q) => {
        const found = quantileOf(q, Float64Array.from(values))
        const want = sortedQuantile(q, values)
        if (Number.isNaN(want)) expect(found).toBeNaN()
        else expect(found).toBeCloseTo(want, 6)
      },
    ),
    { numRuns: 1000 },
  )
})

test.each([
  ['ascending', (i: number) => i],
  ['descending', (i: number) => -i],
  ['all equal', () => 7],
  ['two values', (i: number) => i & 1],
  ['an organ pipe', (i: number) => Math.min(i, 10_000 - i)],
])('the median of 10,000 values, %s', (_name, at) => {
  const values = Float64Array.from({ length: 10_001 }, (_, i) => at(i))
  const want = values.toSorted()[5000]!
  expect(quantileOf(0.5, values)).toBe(want)
})
