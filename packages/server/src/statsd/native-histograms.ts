/**
 * Native histograms of series whose rule asks for them, as client_golang keeps them: buckets of equal ratio that
 * exist only where values fell. When there are more than the rule allows, every two are joined into one, which is the
 * next coarser schema. Counts are floating point, because a sampled observation stands for 1 / rate.
 *
 * @see prometheus/client_golang:prometheus/histogram.go
 */
import { type NativeHistogram, bucketBound } from '@weir/model'

export interface NativeOptions {
  /** One bucket is at most this much wider than the one before. */
  readonly factor: number
  readonly maxBuckets: number
}

/** Values this near to zero are zero (2^-128). */
const ZERO_THRESHOLD = 2 ** -128
const SCHEMA_MAX = 8
const SCHEMA_MIN = -4
const NO_BOUNDS = new Float64Array()

/** Buckets of one series; a bucket's number is that of {@link NativeHistogram}. */
export interface NativeState {
  schema: number
  zeroCount: number
  positive: Map<number, number>
  negative: Map<number, number>
}

export class NativeHistograms {
  readonly #states = new Map<number, NativeState>()

  open(series: number, { factor }: NativeOptions): void {
    this.#states.set(series, {
      schema: schemaOf(factor),
      zeroCount: 0,
      positive: new Map(),
      negative: new Map(),
    })
  }

  close(series: number): void {
    this.#states.delete(series)
  }

  observe(series: number, value: number, weight: number, { maxBuckets }: NativeOptions): void {
    const state = this.#states.get(series)!
    const size = Math.abs(value)
    if (size <= ZERO_THRESHOLD) {
      state.zeroCount += weight
      return
    }
    const side = value > 0 ? state.positive : state.negative
    const bucket = bucketOf(state.schema, size)
    const known = side.get(bucket)
    side.set(bucket, (known ?? 0) + weight)
    const isOver = state.positive.size + state.negative.size > maxBuckets
    // Once for each bucket that is new: it may take some of them until there are no more than allowed.
    if (known !== undefined || !isOver || state.schema === SCHEMA_MIN) return
    state.schema--
    state.positive = joined(state.positive)
    state.negative = joined(state.negative)
  }

  /** The sample: `count` and `sum` are kept by whoever keeps the classic buckets. */
  read(series: number, count: number, sum: number): NativeHistogram {
    const { schema, zeroCount, positive, negative } = this.#states.get(series)!
    const [positiveSpans, positiveCounts] = packed(positive)
    const [negativeSpans, negativeCounts] = packed(negative)
    return {
      isFloat: true,
      resetHint: 'unknown',
      schema,
      zeroThreshold: ZERO_THRESHOLD,
      zeroCount,
      count,
      sum,
      positiveSpans,
      positive: positiveCounts,
      negativeSpans,
      negative: negativeCounts,
      customValues: NO_BOUNDS,
    }
  }

  stateOf(series: number): NativeState {
    return this.#states.get(series)!
  }

  /** Puts a state back that was kept elsewhere. */
  restore(series: number, state: NativeState): void {
    this.#states.set(series, state)
  }
}

/** The coarsest schema whose buckets are no wider than the factor says. */
function schemaOf(factor: number): number {
  const schema = 0 - Math.floor(Math.log2(Math.log2(factor)))
  return Math.min(Math.max(schema, SCHEMA_MIN), SCHEMA_MAX)
}

/** The bucket with the smallest upper bound that is not below the size. */
function bucketOf(schema: number, size: number): number {
  // An infinite value lies one bucket behind the last that a number can have.
  if (size === Infinity) return bucketOf(schema, Number.MAX_VALUE) + 1
  let bucket = Math.ceil(Math.log2(size) * 2 ** schema)
  // The logarithm is rounded, and bounds are what Prometheus says they are.
  while (bucketBound(schema, bucket, NO_BOUNDS) < size) bucket++
  while (bucketBound(schema, bucket - 1, NO_BOUNDS) >= size) bucket--
  return bucket
}

function joined(buckets: ReadonlyMap<number, number>): Map<number, number> {
  const wider = new Map<number, number>()
  for (const [bucket, count] of buckets) {
    const into = (bucket + 1) >> 1
    wider.set(into, (wider.get(into) ?? 0) + count)
  }
  return wider
}

/** Buckets as spans and counts. Gaps of up to two buckets are filled with zeros, as client_golang does: it is shorter. */
function packed(buckets: ReadonlyMap<number, number>): [spans: Int32Array, counts: Float64Array] {
  const spans: number[] = []
  const counts: number[] = []
  let next = 0
  for (const bucket of [...buckets.keys()].toSorted((a, b) => a - b)) {
    const gap = bucket - next
    if (spans.length === 0 || gap > 2) spans.push(gap, 0)
    else {
      for (let i = 0; i < gap; i++) counts.push(0)
      spans[spans.length - 1]! += gap
    }
    spans[spans.length - 1]!++
    counts.push(buckets.get(bucket)!)
    next = bucket + 1
  }
  return [Int32Array.from(spans), Float64Array.from(counts)]
}
