/** Native histograms for the tests of this room: some by hand, any for properties, and how to compare them. */
import * as fc from 'fast-check'

import { CUSTOM_BUCKETS_SCHEMA, type NativeHistogram, RESET_HINTS } from '@weir/model'

const NONE = new Float64Array(0)
const NO_SPANS = new Int32Array(0)

/** An integer histogram whose first bucket is number 1; `n` grows its counts. */
export function histogramOf(n: number, change: Partial<NativeHistogram> = {}): NativeHistogram {
  return {
    isFloat: false,
    resetHint: 'unknown',
    schema: 0,
    zeroThreshold: 2 ** -128,
    zeroCount: n,
    count: 10 * n,
    sum: n * 1.5,
    positiveSpans: Int32Array.of(1, 2, 3, 1),
    positive: Float64Array.of(2 * n, 3 * n, n),
    negativeSpans: Int32Array.of(0, 1),
    negative: Float64Array.of(3 * n),
    customValues: NONE,
    ...change,
  }
}

export function customOf(n: number, change: Partial<NativeHistogram> = {}): NativeHistogram {
  return histogramOf(n, {
    schema: CUSTOM_BUCKETS_SCHEMA,
    zeroThreshold: 0,
    zeroCount: 0,
    count: 6 * n,
    positiveSpans: Int32Array.of(0, 2, 1, 1),
    negativeSpans: NO_SPANS,
    negative: NONE,
    customValues: Float64Array.of(-1, 0.5, 2),
    ...change,
  })
}

const span = fc.tuple(fc.integer({ min: 0, max: 5 }), fc.integer({ min: 0, max: 6 }))
const spans = fc
  .tuple(fc.integer({ min: -100, max: 100 }), fc.array(span, { maxLength: 4 }))
  .map(([first, list]) => {
    const flat = list.flat()
    if (flat.length > 0) flat[0] = first
    return Int32Array.from(flat)
  })

function bucketsFor(layout: Int32Array, counts: readonly number[]): Float64Array {
  const size = layout.reduce((sum, each, i) => (i % 2 === 1 ? sum + each : sum), 0)
  return Float64Array.from({ length: size }, (_, i) => counts[i % counts.length]!)
}

/** Any histogram that is taken: integer or float, exponential or with bounds of its own. */
export function anyHistogram(): fc.Arbitrary<NativeHistogram> {
  const bigCount = fc.oneof(
    { weight: 8, arbitrary: fc.integer({ min: 0, max: 300 }) },
    fc.integer({ min: 0, max: 2 ** 46 }),
  )
  const fraction = fc.oneof(bigCount, fc.double({ min: 0 }), fc.constantFrom(Infinity, 0.1))
  const parts = fc.record({
    isFloat: fc.boolean(),
    hasBounds: fc.boolean(),
    resetHint: fc.constantFrom(...RESET_HINTS),
    schema: fc.integer({ min: -4, max: 8 }),
    zeroThreshold: fc.constantFrom(0, 2 ** -128, 0.001),
    sum: fc.oneof(fc.double(), fc.constantFrom(-0, Number.NaN, 1.25)),
    positiveSpans: spans,
    negativeSpans: fc.oneof(fc.constant(NO_SPANS), spans),
    whole: fc.array(bigCount, { minLength: 1, maxLength: 8 }),
    broken: fc.array(fraction, { minLength: 1, maxLength: 8 }),
  })
  return parts.map((p): NativeHistogram => {
    const counts = p.isFloat ? p.broken : p.whole
    const zeroCount = p.hasBounds ? 0 : counts[0]!
    const positiveSpans = p.hasBounds ? p.positiveSpans.map(Math.abs) : p.positiveSpans
    const negativeSpans = p.hasBounds ? NO_SPANS : p.negativeSpans
    const positive = bucketsFor(positiveSpans, counts)
    const negative = bucketsFor(negativeSpans, counts)
    const total = [...positive, ...negative].reduce((sum, each) => sum + each, zeroCount)
    return {
      isFloat: p.isFloat,
      resetHint: p.resetHint,
      schema: p.hasBounds ? CUSTOM_BUCKETS_SCHEMA : p.schema,
      zeroThreshold: p.hasBounds ? 0 : p.zeroThreshold,
      zeroCount,
      count: p.isFloat ? (p.broken[1] ?? total) : Number.isNaN(p.sum) ? total + 2 : total,
      sum: p.sum,
      positiveSpans,
      positive,
      negativeSpans,
      negative,
      customValues: p.hasBounds ? Float64Array.from({ length: 160 }, (_, i) => i / 4) : NONE,
    }
  })
}

/** Histograms of one series, most of them alike, with numbers among them. */
export const anySamples: fc.Arbitrary<(NativeHistogram | number)[]> = fc
  .array(anyHistogram(), { minLength: 1, maxLength: 4 })
  .chain((kinds) => {
    const alike = fc
      .tuple(fc.constantFrom(...kinds), fc.integer({ min: 0, max: 9 }))
      .map(([kind, grown]) => ({
        ...kind,
        positive: kind.positive.map((count) => count + grown),
        count: kind.count + kind.positive.length * grown,
      }))
    const sample = fc.oneof(
      { weight: 6, arbitrary: alike },
      { weight: 1, arbitrary: anyHistogram() },
      { weight: 1, arbitrary: fc.double() },
    )
    return fc.array(sample, { minLength: 1, maxLength: 60 })
  })
