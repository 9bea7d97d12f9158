import { CUSTOM_BUCKETS_SCHEMA, type NativeHistogram } from '@weir/model'
import {
  array,
  assert,
  constantFrom,
  integer,
  oneof,
  property,
  record,
  tuple,
  uniqueArray,
} from 'fast-check'
import { expect, test } from 'vitest'
import { writeHistogram } from '../query/histogram-json.ts'
import { JsonWriter } from '../query/json-writer.ts'
import { type ShownHistogram, readHistogram } from './read-histogram.ts'

function shown(histogram: NativeHistogram): ShownHistogram {
  const out = new JsonWriter()
  writeHistogram(out, 0, histogram)
  return (JSON.parse(Buffer.from(out.finish()).toString()) as [number, ShownHistogram])[1]
}

/** Buckets by their distance from the one before, some of them empty. */
const side = array(tuple(integer({ min: 0, max: 4 }), integer({ min: 1, max: 99 })), {
  maxLength: 6,
})

function laidOut(
  buckets: readonly (readonly [gap: number, count: number])[],
  start: number,
): { readonly spans: Int32Array; readonly counts: Float64Array } {
  const spans = buckets.flatMap(([gap], i) => [i === 0 ? start : gap, 1])
  return { spans: Int32Array.from(spans), counts: Float64Array.from(buckets, ([, n]) => n) }
}

const exponential = record({
  schema: integer({ min: -4, max: 8 }),
  start: integer({ min: -40, max: 40 }),
  positive: side,
  negative: side,
  zero: constantFrom(0, 2 ** -128, 1e-30),
  zeroCount: integer({ min: 0, max: 9 }),
}).map(({ schema, start, positive, negative, zero, zeroCount }): NativeHistogram => {
  // Schemas far below 0 reach the ends of what a number can hold within a few buckets.
  const first = schema < 0 ? Math.sign(start) : start
  const [up, down] = [laidOut(positive, first), laidOut(negative, first)]
  return {
    isFloat: true,
    resetHint: 'unknown',
    schema,
    zeroThreshold: zero,
    zeroCount,
    count: 100,
    sum: 1.5,
    positiveSpans: up.spans,
    positive: up.counts,
    negativeSpans: down.spans,
    negative: down.counts,
    customValues: new Float64Array(0),
  }
})

const own = record({
  bounds: uniqueArray(integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 6 }),
  counts: array(integer({ min: 1, max: 99 }), { minLength: 7, maxLength: 7 }),
}).map(({ bounds, counts }): NativeHistogram => {
  const customValues = Float64Array.from(bounds, (n) => n * 0.3).sort()
  return {
    isFloat: true,
    resetHint: 'unknown',
    schema: CUSTOM_BUCKETS_SCHEMA,
    zeroThreshold: 0,
    zeroCount: 0,
    count: 100,
    sum: 1.5,
    positiveSpans: Int32Array.of(0, customValues.length + 1),
    positive: Float64Array.from(counts.slice(0, customValues.length + 1)),
    negativeSpans: new Int32Array(0),
    negative: new Float64Array(0),
    customValues,
  }
})

test('whatever a histogram is: read back it shows the same', () => {
  assert(
    property(oneof(exponential, own), (histogram) => {
      const once = shown(histogram)
      expect(shown(readHistogram(once)!)).toEqual(once)
    }),
    { numRuns: 300 },
  )
})

test('the schema is found again', () => {
  const text: ShownHistogram = {
    count: '12',
    sum: '18.4',
    buckets: [
      [3, '-0.001', '0.001', '2'],
      [0, '0.7071067811865475', '1', '4'],
      [0, '1.414213562373095', '2', '6'],
    ],
  }
  expect(readHistogram(text)).toMatchObject({
    schema: 1,
    zeroThreshold: 0.001,
    zeroCount: 2,
    positiveSpans: Int32Array.of(0, 1, 1, 1),
    positive: Float64Array.of(4, 6),
  })
})

test('a bound that is no number is no histogram', () => {
  const text: ShownHistogram = { count: '1', sum: '1', buckets: [[0, 'a', '1', '1']] }
  expect(readHistogram(text)).toBeUndefined()
})
