import { type NativeHistogram, bucketRanges } from '@weir/model'
import { expect, test } from 'vitest'
import { Random } from '../../testing/random.ts'
import { HistogramSum, INCOMPATIBLE } from './histogram-sum.ts'

const NONE = new Float64Array()
const NO_SPANS = new Int32Array()

/** Buckets anywhere, with gaps; the zero bucket is so small that it meets none. */
function randomExponential(random: Random): NativeHistogram {
  const side = (): { spans: Int32Array<ArrayBuffer>; counts: Float64Array<ArrayBuffer> } => {
    const spans: number[] = []
    const counts: number[] = []
    for (let i = random.below(3); i > 0; i--) {
      const length = 1 + random.below(4)
      spans.push(spans.length === 0 ? random.below(20) - 10 : 1 + random.below(6), length)
      for (let k = 0; k < length; k++) counts.push(random.below(1000) / 4)
    }
    return { spans: Int32Array.from(spans), counts: Float64Array.from(counts) }
  }
  const [positive, negative] = [side(), side()]
  return {
    isFloat: true,
    resetHint: 'gauge',
    schema: random.below(7) - 2,
    zeroThreshold: 2 ** -128,
    zeroCount: random.below(10),
    count: random.below(5000),
    sum: random.next() * 1000,
    positiveSpans: positive.spans,
    positive: positive.counts,
    negativeSpans: negative.spans,
    negative: negative.counts,
    customValues: NONE,
  }
}

/** The slow twin: every bucket by the upper end of the one it falls into at a schema. */
function ledgerOf(histogram: NativeHistogram, schema: number): Map<string, number> {
  const ledger = new Map([['zero', histogram.zeroCount]])
  for (const [, lower, upper, count] of bucketRanges(histogram)) {
    if (lower < 0 && upper > 0) continue
    const far = Math.max(Math.abs(lower), Math.abs(upper))
    const index = Math.ceil(Math.log2(far) * 2 ** schema - 1e-6)
    const key = `${upper > 0 ? '+' : '-'}${index}`
    ledger.set(key, (ledger.get(key) ?? 0) + count)
  }
  return ledger
}

function expectNear(got: Map<string, number>, want: Map<string, number>, why: string): void {
  for (const key of new Set([...got.keys(), ...want.keys()])) {
    expect(got.get(key) ?? 0, `${why} ${key}`).toBeCloseTo(want.get(key) ?? 0, 9)
  }
}

test('sums and differences of any shapes are those of a ledger kept bucket by bucket', () => {
  for (let seed = 1; seed <= 300; seed++) {
    const random = new Random(seed)
    const parts = Array.from({ length: 2 + random.below(4) }, () => randomExponential(random))
    const schema = Math.min(...parts.map((part) => part.schema))
    const [first, ...others] = parts
    const sum = new HistogramSum(first!)
    const want = ledgerOf(first!, schema)
    let count = first!.count
    for (const other of others) {
      const sign = random.chance(0.7) ? 1 : -1
      sum.add(other, sign)
      count += sign * other.count
      for (const [key, value] of ledgerOf(other, schema)) {
        want.set(key, (want.get(key) ?? 0) + sign * value)
      }
    }
    const result = sum.result()
    expect(result.schema, `seed ${seed}`).toBe(schema)
    expect(result.count, `seed ${seed}`).toBe(count)
    expectNear(ledgerOf(result, schema), want, `seed ${seed}`)
  }
})

test('what was lost in a sum of tiny and huge counts is kept', () => {
  const of = (count: number): NativeHistogram => ({
    ...randomExponential(new Random(1)),
    schema: 0,
    count,
    sum: count,
    zeroCount: count,
    positiveSpans: Int32Array.of(0, 1),
    positive: Float64Array.of(count),
    negativeSpans: NO_SPANS,
    negative: NONE,
  })
  const sum = new HistogramSum(of(1))
  sum.add(of(1e100))
  sum.add(of(1))
  sum.add(of(-1e100))
  const { count, sum: total, zeroCount, positive } = sum.result()
  expect([count, total, zeroCount, ...positive]).toEqual([2, 2, 2, 2])
})

test('by an infinite factor nothing becomes NaN that was not zero', () => {
  const sum = new HistogramSum({
    ...randomExponential(new Random(1)),
    zeroCount: 1,
    positiveSpans: Int32Array.of(0, 1),
    positive: Float64Array.of(3),
  })
  sum.scale(Number.NEGATIVE_INFINITY)
  const { zeroCount, positive, count } = sum.result()
  expect([zeroCount, ...positive, count]).toEqual([-Infinity, -Infinity, -Infinity])
})

test('exponential and custom buckets do not add up', () => {
  const custom = { ...randomExponential(new Random(2)), schema: -53, customValues: NONE }
  expect(new HistogramSum(randomExponential(new Random(3))).add(custom)).toBe(INCOMPATIBLE)
})
