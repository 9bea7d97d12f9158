import type { Labels } from '@weir/model'
import type { Call } from '../ast.ts'
import type { Evaluation, Steps } from './evaluation.ts'
import type { Emit } from './emit.ts'
import { warnOddQuantile } from './quantile.ts'
import { SeriesCollector, withoutName } from './series-stream.ts'

interface Bucket {
  readonly bound: number
  readonly values: Float64Array
  readonly present: Uint8Array
}

interface Histogram {
  readonly labels: Labels
  readonly buckets: Bucket[]
}

const LE: ReadonlySet<string> = new Set(['le'])

/** Neighbours closer than this share of their sum are one count, blurred by arithmetic before. */
const TOLERANCE = 1e-12

/** From a histogram's bounds and counts at step `k` (columns that may be changed) to an answer. */
type Question = (
  k: number,
  bounds: Float64Array,
  counts: Float64Array,
  bucketCount: number,
) => { readonly value: number; readonly isForced: boolean }

/**
 * `histogram_quantile(q, v)` and `histogram_fraction(lower, upper, v)` over classic buckets:
 * cumulative counts by upper bound `le`, linear inside a bucket.
 *
 * @see prometheus:docs/querying/functions.md
 */
export function streamClassicHistograms(
  evaluation: Evaluation,
  call: Call,
  steps: Steps,
  emit: Emit,
): void {
  const [first, second] = call.args.slice(0, -1).map((arg) => evaluation.scalar(arg, steps))
  const vector = call.args.at(-1)!
  let question: Question
  if (call.name === 'histogram_quantile') {
    question = (k, bounds, counts, length) => bucketQuantile(first![k]!, bounds, counts, length)
  } else {
    question = (k, bounds, counts, length) =>
      bucketFraction({ lower: first![k]!, upper: second![k]! }, bounds, counts, length)
  }
  const histograms = new Map<string, Histogram>()
  evaluation.vector(vector, steps, (labels, values, present) => {
    const le = labels.get('le')
    const bound = readBound(le)
    if (Number.isNaN(bound)) {
      evaluation.warn(
        `bucket label "le" is missing or has a malformed value of ${JSON.stringify(le)} for metric name ${JSON.stringify(labels.metricName)}`,
        vector.start,
      )
      return
    }
    const rest = labels.without(LE)
    let histogram = histograms.get(rest.key())
    if (histogram === undefined) {
      histogram = { labels: rest, buckets: [] }
      histograms.set(rest.key(), histogram)
    }
    evaluation.hold(values.length)
    histogram.buckets.push({ bound, values: values.slice(), present: present.slice() })
  })
  if (call.name === 'histogram_quantile') {
    for (const q of new Set(first)) warnOddQuantile(evaluation, q, call.args[0]!)
  }
  const collector = new SeriesCollector(evaluation)
  const values = new Float64Array(steps.count)
  const present = new Uint8Array(steps.count)
  for (const { labels, buckets } of histograms.values()) {
    evaluation.check()
    buckets.sort((a, b) => a.bound - b.bound)
    const bounds = new Float64Array(buckets.length)
    const counts = new Float64Array(buckets.length)
    let isForced = false
    for (let k = 0; k < steps.count; k++) {
      let length = 0
      for (const bucket of buckets) {
        if (bucket.present[k] === 0) continue
        bounds[length] = bucket.bound
        counts[length++] = bucket.values[k]!
      }
      present[k] = length > 0 ? 1 : 0
      if (length === 0) continue
      const answer = question(k, bounds, counts, length)
      values[k] = answer.value
      isForced ||= answer.isForced
    }
    if (isForced) {
      evaluation.inform(
        `input to histogram_quantile needed to be fixed for monotonicity (see https://prometheus.io/docs/prometheus/latest/querying/functions/#histogram_quantile) for metric name ${JSON.stringify(labels.metricName)}`,
        vector.start,
      )
    }
    collector.add(withoutName(labels), values, present)
  }
  for (const { buckets } of histograms.values()) {
    for (const bucket of buckets) evaluation.release(bucket.values.length)
  }
  collector.flush(emit)
}

/** A bound as Go's ParseFloat reads it, NaN when it cannot (NaN itself is no bound either). */
function readBound(text: string): number {
  const plain = text.toLowerCase()
  if (/^\+?inf(inity)?$/.test(plain)) return Number.POSITIVE_INFINITY
  if (/^-inf(inity)?$/.test(plain)) return Number.NEGATIVE_INFINITY
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/.test(plain) ? Number(plain) : Number.NaN
}

const ANSWER = { value: 0, isForced: false }

/** Answers in one object, reused. Bounds ascend; both columns are changed. */
function bucketQuantile(
  q: number,
  bounds: Float64Array,
  counts: Float64Array,
  bucketCount: number,
): { value: number; isForced: boolean } {
  ANSWER.isForced = false
  ANSWER.value = Number.NaN
  if (Number.isNaN(q)) return ANSWER
  if (q < 0 || q > 1) {
    ANSWER.value = q < 0 ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY
    return ANSWER
  }
  if (bounds[bucketCount - 1] !== Number.POSITIVE_INFINITY) return ANSWER
  const length = merged(bounds, counts, bucketCount)
  ANSWER.isForced = madeMonotonic(counts, length)
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
 * The share of observations between two values. Prometheus 3.5 lets the first bucket begin at -Inf,
 * so nothing inside it can be interpolated: the answer is NaN there.
 */
function bucketFraction(
  { lower, upper }: { readonly lower: number; readonly upper: number },
  bounds: Float64Array,
  counts: Float64Array,
  bucketCount: number,
): { value: number; isForced: boolean } {
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
  let start = Number.NEGATIVE_INFINITY
  for (let i = 0; i < length; i++) {
    const end = bounds[i]!
    if (start >= value) return Math.min(rank, total)
    if (end > value) {
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

/** Raises counts that fell below their lower neighbour; tells whether one fell by more than rounding. */
function madeMonotonic(counts: Float64Array, length: number): boolean {
  let isForced = false
  let before = counts[0]!
  for (let i = 1; i < length; i++) {
    const count = counts[i]!
    if (count === before) continue
    if (isAlmost(before, count)) counts[i] = before
    else if (count < before) {
      counts[i] = before
      isForced = true
    } else before = count
  }
  return isForced
}

const SMALLEST_NORMAL = 2.2250738585072014e-308

function isAlmost(a: number, b: number): boolean {
  if (Number.isNaN(a) && Number.isNaN(b)) return true
  const sum = Math.abs(a) + Math.abs(b)
  const difference = Math.abs(a - b)
  if (a === 0 || b === 0 || sum < SMALLEST_NORMAL) return difference < TOLERANCE * SMALLEST_NORMAL
  return difference / Math.min(sum, Number.MAX_VALUE) < TOLERANCE
}
