import { expect, test } from 'vitest'
import { bucketBound, bucketRanges } from './histogram-buckets.ts'
import { CUSTOM_BUCKETS_SCHEMA, type NativeHistogram } from './histogram.ts'

const NONE = new Float64Array()

function histogram(part: Partial<NativeHistogram>): NativeHistogram {
  return {
    isFloat: true,
    resetHint: 'unknown',
    schema: 0,
    zeroThreshold: 0,
    zeroCount: 0,
    count: 0,
    sum: 0,
    positiveSpans: new Int32Array(),
    positive: NONE,
    negativeSpans: new Int32Array(),
    negative: NONE,
    customValues: NONE,
    ...part,
  }
}

test.each([
  [0, 0, 1],
  [0, 1, 2],
  [0, -1074, 5e-324],
  [0, -1075, 0],
  [0, 1024, Number.MAX_VALUE],
  [0, 1025, Infinity],
  [-4, 1, 65_536],
  [-4, 64, Number.MAX_VALUE],
  [-4, 65, Infinity],
  [1, 1, Math.SQRT2 - 2 ** -52], // one ulp below the root, as Prometheus has it
  [8, 256, 2],
  [8, 255, 1.9945921121709396],
  [3, -1, 0.9170040432046711],
  [8, 262_144, Number.MAX_VALUE],
])('schema %d, bucket %d ends at %d', (schema, index, bound) => {
  expect(bucketBound(schema, index, NONE)).toBe(bound)
})

test('every schema has the bounds of the coarser ones, and they ascend', () => {
  for (let schema = 1; schema <= 8; schema++) {
    for (let i = -600; i < 600; i++) {
      expect(bucketBound(schema, i * 2, NONE)).toBe(bucketBound(schema - 1, i, NONE))
      expect(bucketBound(schema, i, NONE)).toBeGreaterThan(bucketBound(schema, i - 1, NONE))
    }
  }
})

test('buckets come in ascending order, empty ones left out, cut where the zero bucket begins or not', () => {
  const given = histogram({
    zeroThreshold: 0.75,
    zeroCount: 7,
    positiveSpans: Int32Array.of(0, 2, 1, 1),
    positive: Float64Array.of(1, 0, 3),
    negativeSpans: Int32Array.of(0, 2),
    negative: Float64Array.of(4, 5),
  })
  const ranges = (negative: number, positive: number): unknown => [
    [1, -2, -1, 5],
    [1, -1, negative, 4],
    [3, -0.75, 0.75, 7],
    [0, positive, 1, 1],
    [0, 4, 8, 3],
  ]
  expect(bucketRanges(given)).toEqual(ranges(-0.75, 0.75))
  expect(bucketRanges(given, false)).toEqual(ranges(-0.5, 0.5))
})

test('custom bounds begin at -Inf and end at +Inf', () => {
  const ranges = bucketRanges(
    histogram({
      schema: CUSTOM_BUCKETS_SCHEMA,
      customValues: Float64Array.of(-1, 5),
      positiveSpans: Int32Array.of(0, 3),
      positive: Float64Array.of(1, 2, 3),
    }),
  )
  expect(ranges).toEqual([
    [3, -Infinity, -1, 1],
    [0, -1, 5, 2],
    [0, 5, Infinity, 3],
  ])
})
