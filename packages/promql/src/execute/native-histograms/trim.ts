import { CUSTOM_BUCKETS_SCHEMA, type NativeHistogram, bucketBound, eachBucket } from '@weir/model'
import { type Buckets, stored } from './buckets.ts'
import { shareBelow } from './quantile.ts'

/** What is left of a bucket, and the value that stands for each observation in it. */
interface Rest {
  readonly count: number
  readonly middle: number
}

interface Bucket {
  readonly lower: number
  readonly upper: number
  readonly count: number
  readonly isPositive: boolean
}

/**
 * `histogram </ limit` and `histogram >/ limit`: without the observations above or below a value. The
 * bucket in which the limit lies keeps its share; the sum is estimated anew from the middles of
 * buckets, unless nothing was cut.
 */
export function trimmed(
  histogram: NativeHistogram,
  limit: number,
  keeps: 'below' | 'above',
): NativeHistogram {
  const isLinear = histogram.schema === CUSTOM_BUCKETS_SCHEMA
  let count = 0
  let sum = 0
  let isCut = false
  const keep = (bucketCount: number, rest: Rest): number => {
    count += rest.count
    sum += rest.middle * rest.count
    if (rest.count !== bucketCount) isCut = true
    return rest.count
  }
  const side = (spans: Int32Array, counts: Float64Array, isPositive: boolean): Buckets => {
    const kept: Buckets = { indexes: [], counts: [], lost: [] }
    eachBucket(spans, counts, (index, bucketCount) => {
      if (bucketCount === 0) return
      const far = bucketBound(histogram.schema, index, histogram.customValues)
      const near = bucketBound(histogram.schema, index - 1, histogram.customValues)
      const [lower, upper] = isPositive ? [near, far] : [-far, -near]
      const bucket = { lower, upper, count: bucketCount, isPositive }
      kept.indexes.push(index)
      kept.counts.push(keep(bucketCount, restOf(bucket, limit, keeps, isLinear)))
      kept.lost.push(0)
    })
    return kept
  }
  const positive = side(histogram.positiveSpans, histogram.positive, true)
  const negative = side(histogram.negativeSpans, histogram.negative, false)
  let { zeroCount } = histogram
  if (zeroCount > 0) {
    const lower =
      positive.counts.length > 0 && negative.counts.length === 0 ? 0 : -histogram.zeroThreshold
    const upper =
      negative.counts.length > 0 && positive.counts.length === 0 ? 0 : histogram.zeroThreshold
    zeroCount = keep(zeroCount, zeroRest({ lower, upper, count: zeroCount }, limit, keeps))
  }
  if (!isCut) return histogram
  const above = stored(positive)
  const below = stored(negative)
  return {
    ...histogram,
    isFloat: true,
    zeroCount,
    count,
    sum,
    positiveSpans: above.spans,
    positive: above.counts,
    negativeSpans: below.spans,
    negative: below.counts,
  }
}

function restOf(bucket: Bucket, limit: number, keeps: 'below' | 'above', isLinear: boolean): Rest {
  const { lower, upper, count, isPositive } = bucket
  const middle = (from: number, to: number): number => middleOf(from, to, isPositive, isLinear)
  const isWhole = keeps === 'below' ? upper <= limit : lower >= limit
  if (isWhole) return { count, middle: middle(lower, upper) }
  const isGone = keeps === 'below' ? !(lower < limit) : !(upper > limit)
  if (isGone) return { count: 0, middle: 0 }
  if (lower === Number.NEGATIVE_INFINITY || upper === Number.POSITIVE_INFINITY) {
    return restOfEndless(bucket, limit, keeps)
  }
  const below = count * shareBelow(limit, lower, upper, isLinear)
  return keeps === 'below'
    ? { count: below, middle: middle(lower, limit) }
    : { count: count - below, middle: middle(limit, upper) }
}

/**
 * Inside a bucket that is open to infinity nothing is known, so it goes whole or stays whole; but a
 * first bucket that ends above zero is taken to begin at zero.
 */
function restOfEndless(
  { lower, upper, count }: Bucket,
  limit: number,
  keeps: 'below' | 'above',
): Rest {
  if (lower === Number.NEGATIVE_INFINITY) {
    const isPositive = upper > 0 && upper < Number.POSITIVE_INFINITY
    if (keeps === 'below') {
      if (limit > 0 && isPositive) return { count: (count * limit) / upper, middle: limit / 2 }
      return upper <= 0 ? { count, middle: limit } : { count: 0, middle: 0 }
    }
    return limit >= 0 && isPositive
      ? { count: count * (1 - limit / upper), middle: (limit + upper) / 2 }
      : { count: 0, middle: 0 }
  }
  return keeps === 'above' && limit >= lower ? { count, middle: limit } : { count: 0, middle: 0 }
}

function zeroRest(
  { lower, upper, count }: Omit<Bucket, 'isPositive'>,
  limit: number,
  keeps: 'below' | 'above',
): Rest {
  const whole = { count, middle: (lower + upper) / 2 }
  const nothing = { count: 0, middle: 0 }
  if (limit <= lower) return keeps === 'below' ? nothing : whole
  if (limit >= upper) return keeps === 'below' ? whole : nothing
  const width = upper - lower
  return keeps === 'below'
    ? { count: (count * (limit - lower)) / width, middle: (lower + limit) / 2 }
    : { count: (count * (upper - limit)) / width, middle: (limit + upper) / 2 }
}

/** Arithmetic in custom buckets, geometric in others; what is open to infinity has only its other end. */
function middleOf(from: number, to: number, isPositive: boolean, isLinear: boolean): number {
  const isOpenBelow = !Number.isFinite(from)
  const isOpenAbove = !Number.isFinite(to)
  if (isOpenBelow && isOpenAbove) return 0
  if (isOpenBelow) return to > 0 ? to / 2 : to
  if (isOpenAbove) return from
  if (isLinear) return (from + to) / 2
  const middle = Math.sqrt(Math.abs(from * to))
  return isPositive ? middle : -middle
}
