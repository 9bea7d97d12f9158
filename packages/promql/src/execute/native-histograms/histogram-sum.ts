import {
  CUSTOM_BUCKETS_SCHEMA,
  type NativeHistogram,
  type ResetHint,
  bucketBound,
} from '@weir/model'
import { compensation } from '../compensated-sum.ts'
import {
  type Buckets,
  addBuckets,
  addCounts,
  beyond,
  bucketsOf,
  coarser,
  copyBuckets,
  divideBuckets,
  renumbered,
  scaleBuckets,
  settled,
  stored,
  swallowed,
} from './buckets.ts'

/** What adding one histogram to others has shown; bits, may be joined. */
export const INCOMPATIBLE = 1 // exponential and custom buckets: nothing was added
export const RECONCILED = 2 // custom bounds differed; those that both have are left
export const CONFLICT = 4 // one began anew, the other says it did not

/**
 * A native histogram open for arithmetic. Histograms of different shape are first brought to the
 * coarser of each: schema, width of the zero bucket, custom bounds. Sums are compensated throughout.
 */
export class HistogramSum {
  #schema: number
  #hint: ResetHint
  #zeroThreshold: number
  #zeroCount: number
  #zeroLost = 0
  #count: number
  #countLost = 0
  #sum: number
  #sumLost = 0
  #positive: Buckets
  #negative: Buckets
  #customValues: Float64Array
  /** Of which histogram the buckets are, in the same order, while they have not changed. */
  #shape: NativeHistogram | undefined

  constructor(first: NativeHistogram) {
    this.#schema = first.schema
    this.#hint = first.resetHint
    this.#zeroThreshold = first.zeroThreshold
    this.#zeroCount = first.zeroCount
    this.#count = first.count
    this.#sum = first.sum
    this.#positive = bucketsOf(first.positiveSpans, first.positive)
    this.#negative = bucketsOf(first.negativeSpans, first.negative)
    this.#customValues = first.customValues
    this.#shape = first
  }

  copy(): HistogramSum {
    const copy = new HistogramSum(this.result())
    copy.#hint = this.#hint
    copy.#zeroLost = this.#zeroLost
    copy.#zeroCount = this.#zeroCount
    copy.#count = this.#count
    copy.#countLost = this.#countLost
    copy.#sum = this.#sum
    copy.#sumLost = this.#sumLost
    copy.#positive = copyBuckets(this.#positive)
    copy.#negative = copyBuckets(this.#negative)
    copy.#shape = this.#shape
    return copy
  }

  get isCustom(): boolean {
    return this.#schema === CUSTOM_BUCKETS_SCHEMA
  }

  get count(): number {
    return settled(this.#count, this.#countLost)
  }

  /** Whether a part of it is infinite. */
  get hasOverflow(): boolean {
    const parts = [this.#zeroCount, this.#count, this.#sum]
    return [parts, this.#positive.counts, this.#negative.counts].some((list) =>
      list.some((part) => part === Number.POSITIVE_INFINITY || part === Number.NEGATIVE_INFINITY),
    )
  }

  /**
   * Adds another histogram, or takes it away.
   *
   * @returns bits: {@link INCOMPATIBLE}, {@link RECONCILED}, {@link CONFLICT}
   */
  add(other: NativeHistogram, sign: 1 | -1 = 1): number {
    if (this.isCustom !== (other.schema === CUSTOM_BUCKETS_SCHEMA)) return INCOMPATIBLE
    let outcome = this.#joinHint(other.resetHint) ? CONFLICT : 0
    this.#addTotals(other, sign)
    if (this.isCustom) {
      if (sameNumbers(this.#customValues, other.customValues)) this.#addSides(other, sign)
      else {
        outcome |= RECONCILED
        this.#addWithOtherBounds(other, sign)
      }
      return outcome
    }
    if (
      other.schema === this.#schema &&
      other.zeroThreshold === this.#zeroThreshold &&
      startsBeyondZero(other)
    ) {
      this.#addZero(sign * other.zeroCount)
      this.#addSides(other, sign)
    } else this.#addExponential(other, sign)
    return outcome
  }

  /** Merges buckets down to a coarser schema; a finer one changes nothing. */
  coarsenTo(schema: number): void {
    if (this.isCustom || schema >= this.#schema) return
    this.#positive = coarser(this.#positive, this.#schema, schema)
    this.#negative = coarser(this.#negative, this.#schema, schema)
    this.#schema = schema
    this.#shape = undefined
  }

  scale(factor: number): void {
    this.#each((value) => value * factor)
    scaleBuckets(this.#positive, factor)
    scaleBuckets(this.#negative, factor)
    if (factor < 0) this.#hint = 'gauge'
  }

  /** By zero nothing is left of the buckets, and the totals are infinite or NaN. */
  divide(divisor: number): void {
    this.#each((value) => value / divisor)
    if (divisor === 0) {
      this.#positive = { indexes: [], counts: [], lost: [] }
      this.#negative = { indexes: [], counts: [], lost: [] }
      this.#zeroLost = this.#countLost = this.#sumLost = 0
      this.#shape = undefined
      return
    }
    divideBuckets(this.#positive, divisor)
    divideBuckets(this.#negative, divisor)
    if (divisor < 0) this.#hint = 'gauge'
  }

  /** The histogram, empty buckets left out. */
  result(hint: ResetHint = this.#hint): NativeHistogram {
    const positive = stored(this.#positive)
    const negative = stored(this.#negative)
    return {
      isFloat: true,
      resetHint: hint,
      schema: this.#schema,
      zeroThreshold: this.#zeroThreshold,
      zeroCount: settled(this.#zeroCount, this.#zeroLost),
      count: this.count,
      sum: settled(this.#sum, this.#sumLost),
      positiveSpans: positive.spans,
      positive: positive.counts,
      negativeSpans: negative.spans,
      negative: negative.counts,
      customValues: this.#customValues,
    }
  }

  #each(change: (value: number) => number): void {
    this.#zeroCount = change(this.#zeroCount)
    if (this.#zeroLost !== 0) this.#zeroLost = change(this.#zeroLost)
    this.#count = change(this.#count)
    if (this.#countLost !== 0) this.#countLost = change(this.#countLost)
    this.#sum = change(this.#sum)
    if (this.#sumLost !== 0) this.#sumLost = change(this.#sumLost)
  }

  /** Tells whether the hints contradict each other. */
  #joinHint(other: ResetHint): boolean {
    const own = this.#hint
    if (own === other || own === 'gauge') return false
    if (other === 'gauge') this.#hint = 'gauge'
    else this.#hint = 'unknown'
    return own !== 'unknown' && other !== 'unknown' && other !== 'gauge'
  }

  #addTotals(other: NativeHistogram, sign: 1 | -1): void {
    const count = this.#count + sign * other.count
    this.#countLost = compensation(this.#count, sign * other.count, count, this.#countLost)
    this.#count = count
    const sum = this.#sum + sign * other.sum
    this.#sumLost = compensation(this.#sum, sign * other.sum, sum, this.#sumLost)
    this.#sum = sum
  }

  #addZero(count: number): void {
    const zeroCount = this.#zeroCount + count
    this.#zeroLost = compensation(this.#zeroCount, count, zeroCount, this.#zeroLost)
    this.#zeroCount = zeroCount
  }

  /** Histograms of one series nearly always have the same buckets; then there is nothing to merge. */
  #addSides(other: NativeHistogram, sign: 1 | -1): void {
    const shape = this.#shape
    if (
      shape !== undefined &&
      sameNumbers(shape.positiveSpans, other.positiveSpans) &&
      sameNumbers(shape.negativeSpans, other.negativeSpans)
    ) {
      addCounts(this.#positive, other.positive, sign)
      addCounts(this.#negative, other.negative, sign)
      return
    }
    this.#merge(
      signed(bucketsOf(other.positiveSpans, other.positive), sign),
      signed(bucketsOf(other.negativeSpans, other.negative), sign),
    )
  }

  #merge(positive: Buckets, negative: Buckets): void {
    this.#positive = addBuckets(this.#positive, positive)
    this.#negative = addBuckets(this.#negative, negative)
    this.#shape = undefined
  }

  #addExponential(other: NativeHistogram, sign: 1 | -1): void {
    let positive = bucketsOf(other.positiveSpans, other.positive)
    let negative = bucketsOf(other.negativeSpans, other.negative)
    this.#addZero(sign * this.#agreeOnZero(other, positive, negative))
    this.coarsenTo(other.schema)
    if (other.schema > this.#schema) {
      positive = coarser(positive, other.schema, this.#schema)
      negative = coarser(negative, other.schema, this.#schema)
    }
    this.#merge(
      signed(beyond(positive, this.#schema, this.#zeroThreshold), sign),
      signed(beyond(negative, this.#schema, this.#zeroThreshold), sign),
    )
  }

  /**
   * Widens zero buckets in turn until both are equally wide and neither ends inside a bucket that
   * holds something.
   *
   * @returns the other one's zero count
   */
  #agreeOnZero(other: NativeHistogram, positive: Buckets, negative: Buckets): number {
    let threshold = other.zeroThreshold
    let count = other.zeroCount
    for (;;) {
      if (this.#zeroThreshold > threshold) {
        const wider = widened(positive, negative, other.schema, this.#zeroThreshold)
        threshold = wider.threshold
        count = other.zeroCount + wider.count
      }
      // Not "until they are equal": a sender may write NaN.
      if (!(threshold > this.#zeroThreshold)) return count
      const wider = widened(this.#positive, this.#negative, this.#schema, threshold)
      this.#zeroThreshold = wider.threshold
      this.#addZero(wider.count)
      this.#positive = beyond(this.#positive, this.#schema, this.#zeroThreshold)
      this.#negative = beyond(this.#negative, this.#schema, this.#zeroThreshold)
      this.#shape = undefined
    }
  }

  #addWithOtherBounds(other: NativeHistogram, sign: 1 | -1): void {
    const shared = sharedBounds(this.#customValues, other.customValues)
    const moved = (buckets: Buckets, bounds: Float64Array): Buckets => {
      let at = 0
      return renumbered(buckets, (index) => {
        const bound = bounds[index] ?? Number.POSITIVE_INFINITY
        while (at < shared.length && shared[at]! < bound) at++
        return at
      })
    }
    const theirs = moved(bucketsOf(other.positiveSpans, other.positive), other.customValues)
    this.#positive = addBuckets(moved(this.#positive, this.#customValues), signed(theirs, sign))
    this.#customValues = shared
    this.#shape = undefined
  }
}

/** A zero bucket's gain from both sides when it is made wider; each side may push it further. */
export function widened(
  positive: Buckets,
  negative: Buckets,
  schema: number,
  threshold: number,
): { count: number; threshold: number } {
  for (let end = threshold; ;) {
    const above = swallowed(positive, schema, end)
    const below = swallowed(negative, schema, above.threshold)
    if (!(below.threshold > above.threshold)) {
      return { count: above.count + below.count, threshold: above.threshold }
    }
    end = below.threshold
  }
}

/** Bounds that are in both lists. */
export function sharedBounds(a: Float64Array, b: Float64Array): Float64Array {
  const inB = new Set(b)
  return a.filter((bound) => inB.has(bound))
}

/** Whether the zero bucket covers none of the others. */
function startsBeyondZero(histogram: NativeHistogram): boolean {
  const { schema, zeroThreshold, positiveSpans, negativeSpans, customValues } = histogram
  if (zeroThreshold === 0) return true
  return [positiveSpans, negativeSpans].every(
    (spans) => spans.length === 0 || bucketBound(schema, spans[0]!, customValues) > zeroThreshold,
  )
}

function signed(buckets: Buckets, sign: 1 | -1): Buckets {
  if (sign === -1) scaleBuckets(buckets, -1)
  return buckets
}

export function sameNumbers(a: Int32Array | Float64Array, b: Int32Array | Float64Array): boolean {
  if (a === b) return true
  if (a.length !== b.length) return false
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false
  return true
}
