import {
  type BucketRange,
  CUSTOM_BUCKETS_SCHEMA,
  type NativeHistogram,
  bucketRanges,
} from '@weir/model'
import { compensation } from '../compensated-sum.ts'

/** What should be said about an answer, in the words of the annotation; '' for nothing. */
export interface HistogramAnswer {
  readonly value: number
  readonly note: '' | 'nan' | 'skewed' | 'excluded'
}

function answer(value: number, note: HistogramAnswer['note'] = ''): HistogramAnswer {
  return { value, note }
}

function isCustom(histogram: NativeHistogram): boolean {
  return histogram.schema === CUSTOM_BUCKETS_SCHEMA
}

/**
 * `histogram_quantile` of a native histogram.
 *
 * Observations are taken as evenly spread inside custom buckets and the zero bucket, and as evenly
 * spread on a logarithmic scale inside exponential ones, so that a finer histogram of the same data
 * answers nearly the same. NaN observations count but lie in no bucket: above all others.
 */
export function nativeQuantile(q: number, histogram: NativeHistogram): HistogramAnswer {
  if (q < 0) return answer(Number.NEGATIVE_INFINITY)
  if (q > 1) return answer(Number.POSITIVE_INFINITY)
  const total = histogram.count
  if (total === 0 || Number.isNaN(q)) return answer(Number.NaN)
  const hasNaNs = Number.isNaN(histogram.sum)
  const isForward = hasNaNs || q < 0.5
  const ranges = bucketRanges(histogram)
  if (!isForward) ranges.reverse()
  const rank = isForward ? q * total : (1 - q) * total
  let reached = 0
  let at = -1
  while (at + 1 < ranges.length) {
    at++
    reached += ranges[at]![3]
    if (reached >= rank) break
  }
  const [, low, high, count] = ranges[at] ?? [0, 0, 0, 0]
  let lower = low
  let upper = high
  if (isCustom(histogram)) {
    if (lower === Number.NEGATIVE_INFINITY) {
      if (upper <= 0) return answer(upper)
      lower = 0
    } else if (upper === Number.POSITIVE_INFINITY) return answer(lower)
  } else if (lower < 0 && upper > 0) [lower, upper] = zeroBucket(histogram, lower, upper)
  if (reached > total) reached = total
  if (reached < rank) return hasNaNs ? answer(Number.NaN, 'nan') : answer(upper)
  const inside = isForward ? rank - (reached - count) : reached - rank
  let note: HistogramAnswer['note'] = ''
  if (hasNaNs) {
    let all = reached
    for (const range of ranges.slice(at + 1)) all += range[3]
    if (all < total) note = 'skewed'
  }
  const share = inside / count
  if (isCustom(histogram) || (lower <= 0 && upper >= 0)) {
    return answer(lower + (upper - lower) * share, note)
  }
  const logLower = Math.log2(Math.abs(lower))
  const logUpper = Math.log2(Math.abs(upper))
  return lower > 0
    ? answer(2 ** (logLower + (logUpper - logLower) * share), note)
    : answer(-(2 ** (logUpper + (logLower - logUpper) * (1 - share))), note)
}

/** Where a histogram has buckets on one side only, its zero bucket holds nothing of the other side. */
function zeroBucket(
  histogram: NativeHistogram,
  lower: number,
  upper: number,
): [lower: number, upper: number] {
  if (histogram.negative.length === 0 && histogram.positive.length > 0) return [0, upper]
  if (histogram.positive.length === 0 && histogram.negative.length > 0) return [lower, 0]
  return [lower, upper]
}

/** `histogram_fraction` of a native histogram: the share of observations between two values. */
export function nativeFraction(
  lower: number,
  upper: number,
  histogram: NativeHistogram,
): HistogramAnswer {
  const total = histogram.count
  if (total === 0 || Number.isNaN(lower) || Number.isNaN(upper)) return answer(Number.NaN)
  if (lower >= upper) return answer(0)
  const ranges = bucketRanges(histogram).map((range): BucketRange => {
    const [rule, from, to, count] = range
    return from <= 0 && to >= 0 ? [rule, ...zeroBucket(histogram, from, to), count] : range
  })
  const hasNaNs = Number.isNaN(histogram.sum)
  let known = total
  if (hasNaNs) {
    known = 0
    for (const range of ranges) known += range[3]
  }
  const below = (value: number): number => {
    const rank = rankOf(value, ranges, histogram)
    return rank === undefined || rank > known ? known : rank
  }
  return answer((below(upper) - below(lower)) / total, hasNaNs && known < total ? 'excluded' : '')
}

/** How many observations lie below a value; undefined when all buckets do. */
function rankOf(
  value: number,
  ranges: readonly BucketRange[],
  histogram: NativeHistogram,
): number | undefined {
  let rank = 0
  for (const [, from, to, count] of ranges) {
    if (from >= value) return rank
    if (to > value) {
      const isLinear = isCustom(histogram) || (from <= 0 && to >= 0)
      if (isLinear && from === Number.NEGATIVE_INFINITY) return count
      return rank + count * shareBelow(value, from, to, isLinear)
    }
    rank += count
  }
  return undefined
}

/** Which share of a bucket's observations is taken to lie below a value inside it. */
export function shareBelow(value: number, from: number, to: number, isLinear: boolean): number {
  if (isLinear) return (value - from) / (to - from)
  const logFrom = Math.log2(Math.abs(from))
  const logTo = Math.log2(Math.abs(to))
  const logValue = Math.log2(Math.abs(value))
  return value > 0
    ? (logValue - logFrom) / (logTo - logFrom)
    : 1 - (logValue - logTo) / (logFrom - logTo)
}

/** Estimated from the middle of each bucket: arithmetic for custom ones, geometric for exponential ones. */
export function nativeVariance(histogram: NativeHistogram): number {
  const mean = histogram.sum / histogram.count
  let sum = 0
  let lost = 0
  for (const [, lower, upper, count] of bucketRanges(histogram)) {
    let middle: number
    if (isCustom(histogram)) middle = (upper + lower) / 2
    else if (lower <= 0 && upper >= 0) middle = 0
    else middle = Math.sign(upper) * Math.sqrt(upper * lower)
    const delta = middle - mean
    const more = count * delta * delta
    const next = sum + more
    lost = compensation(sum, more, next, lost)
    sum = next
  }
  return (sum + lost) / histogram.count
}
