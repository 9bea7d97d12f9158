import { bucketBound, bucketRanges } from '@weir/model'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { NativeHistograms } from './native-histograms.ts'
import { readMappings } from './mapping-file.ts'
import { Mapping, type ObserverOptions } from './mapping.ts'
import { Stand } from './test-stand.ts'

function histogramOf(values: readonly number[], factor = 1.1, maxBuckets = 256) {
  const natives = new NativeHistograms()
  const options = { factor, maxBuckets }
  natives.open(0, options)
  for (const value of values) natives.observe(0, value, 1, options)
  return natives.read(0, values.length, 0)
}

test.each([
  [2, 0],
  [1.5, 1], // 1.414 is the widest that is not above 1.5
  [1.1, 3],
  [1.0001, 8], // no schema is finer
  [4, -1],
  [1e9, -4],
])('a factor of %d is schema %d', (factor, schema) => {
  expect(histogramOf([], factor).schema).toBe(schema)
})

test('buckets are packed as client_golang does: short gaps are filled', () => {
  const { positiveSpans, positive, negativeSpans, negative, zeroCount } = histogramOf(
    [0, 1, 1, 3, 64, -2, 1e-200],
    2,
  )
  expect([...positiveSpans]).toEqual([0, 3, 3, 1]) // buckets 0, (1), 2, then 6
  expect([...positive]).toEqual([2, 0, 1, 1])
  expect([[...negativeSpans], [...negative], zeroCount]).toEqual([[1, 1], [1], 2])
})

const size = fc.oneof(
  fc.double({ min: 1e-30, max: 1e30, noNaN: true }),
  fc.integer({ min: -60, max: 60 }).map((power) => 2 ** power), // on the bounds themselves
  fc.constantFrom(Infinity, Number.MAX_VALUE),
)

test('every value is in the bucket whose bounds hold it', () => {
  fc.assert(
    fc.property(size, fc.constantFrom(1.005, 1.1, 2, 20, 1e6), (value, factor) => {
      const { schema, positiveSpans } = histogramOf([value], factor)
      const bucket = positiveSpans[0]!
      expect(bucketBound(schema, bucket, new Float64Array())).toBeGreaterThanOrEqual(value)
      expect(bucketBound(schema, bucket - 1, new Float64Array())).toBeLessThan(value)
    }),
  )
})

test('nothing is lost when buckets become too many, and few more than allowed are left', () => {
  const signed = fc.tuple(size, fc.boolean()).map(([value, isMinus]) => (isMinus ? -value : value))
  fc.assert(
    fc.property(fc.array(signed, { maxLength: 80 }), (values) => {
      const histogram = histogramOf(values, 1.1, 20)
      const ranges = bucketRanges(histogram)
      for (const [ends, low, high, count] of ranges) {
        // 0 is open below and closed above, 1 the other way round, as negative buckets are.
        const inside = values.filter((v) =>
          ends === 1 ? v >= low && v < high : v > low && v <= high,
        )
        expect(count).toBe(inside.length)
      }
      expect(ranges.reduce((sum, range) => sum + range[3], 0)).toBe(values.length)
      // Each bucket too many halved the schema's steps once, from 3 down to -4.
      expect(ranges.length <= 20 + 7 || histogram.schema === -4).toBe(true)
    }),
  )
})

describe('a mapping asks for them', () => {
  const observer = (defaults: string, rule: string): ObserverOptions =>
    new Mapping(
      readMappings([
        {
          file: 'm.yml',
          text: `defaults: {observer_type: histogram, histogram_options: {${defaults}}}\nmappings: [{match: a, name: a, histogram_options: {${rule}}}]`,
        },
      ]),
    ).map('a', 'observer').observer
  test.each([
    ['', '', undefined],
    ['', 'native_histogram_bucket_factor: 1.2', { factor: 1.2, maxBuckets: 256 }],
    ['', 'native_histogram_max_buckets: 50', { factor: 1.1, maxBuckets: 50 }],
    [
      'native_histogram_bucket_factor: 1.5, native_histogram_max_buckets: 9',
      'native_histogram_bucket_factor: 0',
      { factor: 1.5, maxBuckets: 9 },
    ],
    ['native_histogram_bucket_factor: 1.5', 'native_histogram_bucket_factor: 1', undefined],
  ])('defaults {%s}, rule {%s}', (defaults, rule, want) => {
    expect(observer(defaults, rule)).toMatchObject({ kind: 'histogram', buckets: { length: 11 } })
    expect((observer(defaults, rule) as { readonly native?: unknown }).native).toEqual(want)
  })
})

test('they count what the classic buckets count, weights included', () => {
  const mapping =
    'defaults: {observer_type: histogram, histogram_options: {native_histogram_bucket_factor: 2}}'
  const stand = new Stand(mapping).send('h:1:3|h|@0.5', 't:250|ms')
  const natives = [0, 1].map((series) => stand.aggregate.readNative(series)!)
  expect(natives.map(({ count, sum }) => [count, sum])).toEqual([
    [4, 8],
    [1, 0.25],
  ])
  expect([...natives[0]!.positive]).toEqual([2, 0, 2])
})
