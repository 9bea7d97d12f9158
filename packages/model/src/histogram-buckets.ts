import { CUSTOM_BUCKETS_SCHEMA, type NativeHistogram } from './histogram.ts'

/**
 * Where the buckets of native histograms lie.
 *
 * Bounds are powers of two between which a schema s > 0 puts 2^s - 1 more. Prometheus has these in a
 * table that was made by multiplying, from a factor that is not quite rounded right; its JSON shows
 * all 17 digits, so the table is made here by the same operations in the same order.
 *
 * @see prometheus:model/histogram/generic.go
 */

const SCHEMA_MAX = 8
const OVERFLOW_EXPONENT = 1024

const fractions: readonly Float64Array[] = fractionTables()

/** For each schema from 0 the bounds within [0.5, 1). */
function fractionTables(): Float64Array[] {
  const tables: Float64Array[] = []
  for (let schema = 0; schema <= SCHEMA_MAX; schema++) {
    const table = new Float64Array(2 ** schema)
    const factor = powerOfTwo(2 ** -schema)
    table[0] = 0.5
    // Every second bound is one of the coarser schema, so errors add up over one step only.
    for (let i = 1; i < table.length; i++) {
      table[i] = i % 2 === 0 ? tables[schema - 1]![i / 2]! : table[i - 1]! * factor
    }
    tables.push(table)
  }
  return tables
}

/** 2^x for 0 < x <= 1 by the rational approximation of FreeBSD's e_exp.c, which Go uses too. */
function powerOfTwo(x: number): number {
  const k = Math.trunc(x + 0.5)
  const high = (x - k) * 6.9314718036912381649e-1
  const low = -(x - k) * 1.9082149292705877e-10
  const r = high - low
  const t = r * r
  const c =
    r -
    t *
      (1.6666666666666602e-1 +
        t *
          (-2.7777777777015593e-3 +
            t * (6.613756321437934e-5 + t * (-1.6533902205465252e-6 + t * 4.1381367970572385e-8))))
  return (1 - (low - (r * c) / (2 - c) - high)) * 2 ** k
}

/**
 * The upper bound of bucket `index`; the lower one is that of `index - 1`. For negative buckets both
 * are mirrored.
 *
 * @param customValues the bounds themselves when the schema is {@link CUSTOM_BUCKETS_SCHEMA}
 */
export function bucketBound(schema: number, index: number, customValues: Float64Array): number {
  if (schema === CUSTOM_BUCKETS_SCHEMA) {
    if (index < 0) return Number.NEGATIVE_INFINITY
    return index < customValues.length ? customValues[index]! : Number.POSITIVE_INFINITY
  }
  if (schema < 0) {
    const exponent = index * 2 ** -schema
    return exponent === OVERFLOW_EXPONENT ? Number.MAX_VALUE : 2 ** exponent
  }
  const fraction = fractions[schema]![index & ((1 << schema) - 1)]!
  const exponent = (index >> schema) + 1
  // The last bucket of finite values ends with them; the one after it is for infinities.
  if (fraction === 0.5 && exponent === OVERFLOW_EXPONENT + 1) return Number.MAX_VALUE
  // In two steps, since 2^1024 alone is infinite and 2^-1075 alone is 0.
  return fraction * 2 * 2 ** (exponent - 1)
}

/** Which ends a bucket holds: 0 the upper, 1 the lower, 2 none, 3 both. */
export type BucketRule = 0 | 1 | 2 | 3

export type BucketRange = readonly [rule: BucketRule, lower: number, upper: number, count: number]

/**
 * The buckets that hold something, ascending, with bounds and counts: what Prometheus's JSON shows of
 * a native histogram.
 *
 * @param cutsAtZero whether a bucket into which the zero bucket reaches begins behind it, as in that JSON;
 *   where Prometheus writes a histogram as text each bucket has its own bounds
 */
export function bucketRanges(histogram: NativeHistogram, cutsAtZero = true): BucketRange[] {
  const { schema, customValues, zeroThreshold, zeroCount } = histogram
  const isCustom = schema === CUSTOM_BUCKETS_SCHEMA
  const ranges: BucketRange[] = []
  eachBucket(histogram.negativeSpans, histogram.negative, (index, count) => {
    if (count === 0) return
    const lower = -bucketBound(schema, index, customValues)
    const upper = -bucketBound(schema, index - 1, customValues)
    const isCut = cutsAtZero && upper < 0 && upper > -zeroThreshold
    ranges.push([ruleOf(lower, upper), lower, isCut ? -zeroThreshold : upper, count])
  })
  ranges.reverse()
  if (zeroCount > 0) ranges.push([3, -zeroThreshold, zeroThreshold, zeroCount])
  eachBucket(histogram.positiveSpans, histogram.positive, (index, count) => {
    if (count === 0) return
    const lower = bucketBound(schema, index - 1, customValues)
    const upper = bucketBound(schema, index, customValues)
    const isCut = cutsAtZero && lower > 0 && lower < zeroThreshold
    const customRule = index === 0 ? 3 : 0
    const rule = isCustom ? customRule : ruleOf(lower, upper)
    ranges.push([rule, isCut ? zeroThreshold : lower, upper, count])
  })
  return ranges
}

/** The end away from zero belongs to an exponential bucket. */
function ruleOf(lower: number, upper: number): BucketRule {
  if (lower < 0) return upper > 0 ? 3 : 1
  return upper > 0 ? 0 : 2
}

/** Walks the buckets of one side, from the one nearest to zero outwards, with their index. */
export function eachBucket(
  spans: Int32Array,
  counts: Float64Array,
  visit: (index: number, count: number) => void,
): void {
  let index = 0
  let at = 0
  for (let i = 0; i < spans.length; i += 2) {
    index += spans[i]!
    for (let k = 0; k < spans[i + 1]!; k++) visit(index++, counts[at++]!)
  }
}
