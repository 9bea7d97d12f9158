/**
 * Quantiles and shares of classic histograms: cumulative counts by upper bound `le`, linear inside a
 * bucket.
 *
 * @see prometheus:docs/querying/functions.md
 */

/** Neighbours closer than this share of their sum are one count, blurred by arithmetic before. */
const TOLERANCE = 1e-12

/** An answer, and what had to be put right before: counts that fell from one bucket to the next. */
export interface BucketAnswer {
  value: number
  isForced: boolean
  /** Bounds between which counts fell, and by how much at most. */
  lowest: number
  highest: number
  largestFall: number
}

/** A bound as Go's ParseFloat reads it, NaN when it cannot (NaN itself is no bound either). */
export function readBound(text: string): number {
  const plain = text.toLowerCase()
  if (/^\+?inf(inity)?$/.test(plain)) return Number.POSITIVE_INFINITY
  if (/^-inf(inity)?$/.test(plain)) return Number.NEGATIVE_INFINITY
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/.test(plain) ? Number(plain) : Number.NaN
}

const ANSWER: BucketAnswer = { value: 0, isForced: false, lowest: 0, highest: 0, largestFall: 0 }

/** Answers in one object, reused. Bounds ascend; both columns are changed. */
export function bucketQuantile(
  q: number,
  bounds: Float64Array,
  counts: Float64Array,
  bucketCount: number,
): BucketAnswer {
  ANSWER.isForced = false
  ANSWER.value = Number.NaN
  if (Number.isNaN(q)) return ANSWER
  if (q < 0 || q > 1) {
    ANSWER.value = q < 0 ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY
    return ANSWER
  }
  if (bounds[bucketCount - 1] !== Number.POSITIVE_INFINITY) return ANSWER
  const length = merged(bounds, counts, bucketCount)
  makeMonotonic(bounds, counts, length)
  if (length < 2) return ANSWER
  const observations = counts[length - 1]!
  if (observations === 0) return ANSWER
  let rank = q * observations
  let low = 0
  let high = length - 1
  while (low < high) {
    const middle = (low + high) >> 1
    if (counts[middle]! >= rank) high = middle
    else low = middle + 1
  }
  if (low === length - 1) ANSWER.value = bounds[length - 2]!
  else if (low === 0 && bounds[0]! <= 0) ANSWER.value = bounds[0]!
  else {
    const end = bounds[low]!
    let start = 0
    let count = counts[low]!
    if (low > 0) {
      start = bounds[low - 1]!
      count -= counts[low - 1]!
      rank -= counts[low - 1]!
    }
    ANSWER.value = start + (end - start) * (rank / count)
  }
  return ANSWER
}

/**
 * The share of observations between two values. The first bucket begins at 0 when it ends above; else
 * it has no beginning, and all of it lies below any value inside.
 */
export function bucketFraction(
  { lower, upper }: { readonly lower: number; readonly upper: number },
  bounds: Float64Array,
  counts: Float64Array,
  bucketCount: number,
): BucketAnswer {
  ANSWER.isForced = false
  ANSWER.value = Number.NaN
  if (bounds[bucketCount - 1] !== Number.POSITIVE_INFINITY) return ANSWER
  const length = merged(bounds, counts, bucketCount)
  const total = counts[length - 1]!
  if (total === 0 || Number.isNaN(lower) || Number.isNaN(upper)) return ANSWER
  ANSWER.value =
    lower >= upper
      ? 0
      : (rankOf(upper, bounds, counts, length) - rankOf(lower, bounds, counts, length)) / total
  return ANSWER
}

/** How many observations lie at or below a value. */
function rankOf(value: number, bounds: Float64Array, counts: Float64Array, length: number): number {
  const total = counts[length - 1]!
  let rank = 0
  let start = bounds[0]! > 0 ? 0 : Number.NEGATIVE_INFINITY
  for (let i = 0; i < length; i++) {
    const end = bounds[i]!
    if (start >= value) return Math.min(rank, total)
    if (end > value) {
      if (start === Number.NEGATIVE_INFINITY) return Math.min(counts[i]!, total)
      const inside = rank + ((counts[i]! - rank) * (value - start)) / (end - start)
      return inside > total ? total : inside
    }
    rank = counts[i]!
    start = end
  }
  return total
}

/** Adds up buckets of one bound (`le="1"` beside `le="1.0"`); returns how many are left. */
function merged(bounds: Float64Array, counts: Float64Array, length: number): number {
  let last = 0
  for (let i = 1; i < length; i++) {
    if (bounds[i] === bounds[last]) {
      counts[last]! += counts[i]!
    } else {
      last++
      bounds[last] = bounds[i]!
      counts[last] = counts[i]!
    }
  }
  return last + 1
}

/** Raises counts that fell below their lower neighbour, and notes those that fell by more than rounding. */
function makeMonotonic(bounds: Float64Array, counts: Float64Array, length: number): void {
  ANSWER.lowest = Number.POSITIVE_INFINITY
  ANSWER.highest = Number.NEGATIVE_INFINITY
  ANSWER.largestFall = 0
  let before = counts[0]!
  for (let i = 1; i < length; i++) {
    const count = counts[i]!
    if (count === before) continue
    if (isAlmost(before, count)) counts[i] = before
    else if (count < before) {
      counts[i] = before
      ANSWER.isForced = true
      ANSWER.lowest = Math.min(ANSWER.lowest, bounds[i]!)
      ANSWER.highest = Math.max(ANSWER.highest, bounds[i]!)
      ANSWER.largestFall = Math.max(ANSWER.largestFall, before - count)
    } else before = count
  }
}

const SMALLEST_NORMAL = 2.2250738585072014e-308

function isAlmost(a: number, b: number): boolean {
  if (Number.isNaN(a) && Number.isNaN(b)) return true
  const sum = Math.abs(a) + Math.abs(b)
  const difference = Math.abs(a - b)
  if (a === 0 || b === 0 || sum < SMALLEST_NORMAL) return difference < TOLERANCE * SMALLEST_NORMAL
  return difference / Math.min(sum, Number.MAX_VALUE) < TOLERANCE
}
