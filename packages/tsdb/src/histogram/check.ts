/**
 * What a native histogram must keep to before it is stored: Prometheus's rules (compared with 3.5.3 by
 * remote write), and one more, that a bound is a number.
 *
 * @see prometheus:model/histogram/histogram.go (Validate)
 */
import { CUSTOM_BUCKETS_SCHEMA, type NativeHistogram, coarserHistogram, isStale } from '@weir/model'

const SCHEMA_MIN = -4
/** The finest resolution that is stored. */
const SCHEMA_MAX = 8
/** The finest resolution that is understood: finer than {@link SCHEMA_MAX} is made coarser. */
const SCHEMA_READ_MAX = 52
/** Bucket numbers stay within 32 bits, as their senders have them. */
const INDEX_MAX = 2 ** 31 - 1

/**
 * A histogram as it will be stored: the same one, or one of a coarser schema when its own is finer
 * than the store keeps; `undefined` when it contradicts itself.
 */
export function admitHistogram(h: NativeHistogram): NativeHistogram | undefined {
  if (!isSound(h)) return undefined
  return h.schema > SCHEMA_MAX ? coarserHistogram(h, SCHEMA_MAX) : h
}

/** Whether a histogram only says that its series ends. */
export function isStaleHistogram(h: NativeHistogram): boolean {
  return isStale(h.sum)
}

function isSound(h: NativeHistogram): boolean {
  if (h.schema === CUSTOM_BUCKETS_SCHEMA) {
    if (!hasSoundBounds(h)) return false
  } else {
    if (!(h.schema >= SCHEMA_MIN && h.schema <= SCHEMA_READ_MAX)) return false
    if (!Number.isInteger(h.schema) || h.customValues.length > 0) return false
    if (!haveSoundSpans(h.positiveSpans, h.positive.length, -INDEX_MAX)) return false
    if (!haveSoundSpans(h.negativeSpans, h.negative.length, -INDEX_MAX)) return false
  }
  if (!areCounts(h.positive) || !areCounts(h.negative)) return false
  // Sums of fractions are not exact, so those are not held against a count; differences may be below zero.
  return h.isFloat || hasSoundCount(h)
}

function hasSoundBounds(h: NativeHistogram): boolean {
  if (h.zeroCount !== 0 || h.zeroThreshold !== 0) return false
  if (h.negativeSpans.length > 0 || h.negative.length > 0) return false
  let before = Number.NEGATIVE_INFINITY
  for (const bound of h.customValues) {
    if (!(bound > before)) return false
    before = bound
  }
  if (before === Number.POSITIVE_INFINITY) return false
  if (!haveSoundSpans(h.positiveSpans, h.positive.length, 0)) return false
  return endOf(h.positiveSpans) <= h.customValues.length + 1
}

function haveSoundSpans(spans: Int32Array, buckets: number, firstMin: number): boolean {
  if (spans.length % 2 !== 0) return false
  let index = 0
  let named = 0
  for (let i = 0; i < spans.length; i += 2) {
    if (spans[i]! < (i === 0 ? firstMin : 0) || spans[i + 1]! < 0) return false
    index += spans[i]! + spans[i + 1]!
    named += spans[i + 1]!
    if (index > INDEX_MAX) return false
  }
  return named === buckets
}

/** The bucket after the last one that spans name. */
function endOf(spans: Int32Array): number {
  return spans.reduce((sum, each) => sum + each, 0)
}

function areCounts(buckets: Float64Array): boolean {
  for (const count of buckets) if (count < 0) return false
  return true
}

/** Whole numbers that add up; observations of NaN are in no bucket, and then the sum is NaN. */
function hasSoundCount(h: NativeHistogram): boolean {
  let sum = h.zeroCount
  for (const buckets of [h.positive, h.negative]) {
    for (const count of buckets) {
      if (!Number.isInteger(count)) return false
      sum += count
    }
  }
  if (!Number.isInteger(h.zeroCount) || h.zeroCount < 0 || !Number.isInteger(h.count)) return false
  return Number.isNaN(h.sum) ? sum <= h.count : sum === h.count
}
