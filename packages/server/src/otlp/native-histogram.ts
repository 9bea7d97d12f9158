import { CUSTOM_BUCKETS_SCHEMA, type NativeHistogram } from '@weir/model'
import type { Exponential, ExponentialBuckets, Lists, OtlpBatch } from '@weir/wire'

/** The finest schema that native histograms have; OTLP's scales go to 20. */
const SCHEMA_MAX = 8
const SCHEMA_MIN = -4
/** Zeros between two buckets that cost less than a span of their own. */
const GAP_MAX = 2
/** Prometheus's width of the zero bucket, where the sender tells none. */
const ZERO_THRESHOLD = 1e-128

const NO_SPANS = new Int32Array()
const NO_COUNTS = new Float64Array()

/** What a point has besides its buckets. */
export interface Totals {
  readonly count: number
  /** 0 when it was not told. */
  readonly sum: number
}

/**
 * An exponential histogram as a native one. Bucket `i` of OTLP holds `(base^i, base^(i+1)]`, the native
 * one `i` ends where that begins; scales finer than 8 are merged, `2^n` buckets into one.
 *
 * @returns undefined when its scale is too coarse for one
 */
export function exponentialHistogram(
  point: Exponential,
  { count, sum }: Totals,
  numbers: Float64Array,
): NativeHistogram | undefined {
  const { scale, zeroCount, zeroThreshold } = point
  if (scale < SCHEMA_MIN) return undefined
  const finer = Math.min(Math.max(0, scale - SCHEMA_MAX), 31)
  const positive = sparse(
    numbers,
    point.positive,
    (i) => ((point.positive.offset + i) >> finer) + 1,
  )
  const negative = sparse(
    numbers,
    point.negative,
    (i) => ((point.negative.offset + i) >> finer) + 1,
  )
  return {
    isFloat: false,
    resetHint: 'unknown',
    schema: Math.min(scale, SCHEMA_MAX),
    zeroThreshold: zeroThreshold > 0 ? zeroThreshold : ZERO_THRESHOLD,
    zeroCount,
    count,
    sum,
    positiveSpans: positive.spans,
    positive: positive.counts,
    negativeSpans: negative.spans,
    negative: negative.counts,
    customValues: NO_COUNTS,
  }
}

/** A histogram with explicit bounds as a native one with custom buckets. */
export function customHistogram(
  { boundsFrom, boundsCount, countsFrom, countsCount }: Lists,
  { count, sum }: Totals,
  numbers: Float64Array,
): NativeHistogram {
  const { spans, counts } = sparse(numbers, { from: countsFrom, count: countsCount }, (i) => i)
  return {
    isFloat: false,
    resetHint: 'unknown',
    schema: CUSTOM_BUCKETS_SCHEMA,
    zeroThreshold: 0,
    zeroCount: 0,
    count,
    sum,
    positiveSpans: spans,
    positive: counts,
    negativeSpans: NO_SPANS,
    negative: NO_COUNTS,
    customValues: numbers.slice(boundsFrom, boundsFrom + boundsCount),
  }
}

/** The buckets that hold something, those of one index added up. */
function sparse(
  numbers: Float64Array,
  { from, count }: Pick<ExponentialBuckets, 'from' | 'count'>,
  indexOf: (i: number) => number,
): { readonly spans: Int32Array; readonly counts: Float64Array } {
  const spans: number[] = []
  const counts: number[] = []
  /** The index behind the last bucket. */
  let behind = 0
  for (let i = 0; i < count; i++) {
    const bucket = numbers[from + i]!
    if (bucket === 0) continue
    const index = indexOf(i)
    const gap = index - behind
    if (counts.length > 0 && gap < 0) {
      counts[counts.length - 1] = counts.at(-1)! + bucket
      continue
    }
    if (spans.length === 0 || gap > GAP_MAX) spans.push(gap, 0)
    else for (let zero = 0; zero < gap; zero++) counts.push(0)
    counts.push(bucket)
    const span = spans.length - 1
    spans[span] = spans[span]! + (spans[span] === 0 ? 1 : gap + 1)
    behind = index + 1
  }
  if (counts.length === 0) return { spans: NO_SPANS, counts: NO_COUNTS }
  return { spans: Int32Array.from(spans), counts: Float64Array.from(counts) }
}

/** What the store keeps in place of a sum that was not told. */
export function totalsOf(batch: OtlpBatch, i: number): Totals {
  return { count: batch.counts[i]!, sum: batch.values[i]! }
}
