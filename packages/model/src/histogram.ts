/**
 * Native histograms: one sample that holds a whole distribution.
 *
 * Bucket `i` of schema 0 … 8 or -4 … -1 holds values in `(base^(i-1), base^i]` with
 * `base = 2^(2^-schema)`; schema -53 has bounds of its own instead (`customValues`, ascending, +Inf
 * not among them). Only buckets near observations exist: `spans` is pairs `offset, length, …`, the
 * first offset from bucket 0, each other from the end of the span before.
 *
 * @see prometheus:model/histogram/float_histogram.go
 */

/** The schema number of histograms with custom bounds. */
export const CUSTOM_BUCKETS_SCHEMA = -53

/** What is known about the sample before it: whether the counts began anew in between. */
export const RESET_HINTS = ['unknown', 'reset', 'not_reset', 'gauge'] as const
export type ResetHint = (typeof RESET_HINTS)[number]

export interface NativeHistogram {
  /** Whether the sender counted in floating point; integer histograms hold whole numbers only. */
  readonly isFloat: boolean
  readonly resetHint: ResetHint
  /** -4 to 8, or {@link CUSTOM_BUCKETS_SCHEMA}. */
  readonly schema: number
  /** Values within ±this count as zero. */
  readonly zeroThreshold: number
  readonly zeroCount: number
  readonly count: number
  readonly sum: number
  /** `offset, length, …` of the positive buckets; with custom bounds, of all. */
  readonly positiveSpans: Int32Array
  /** Count in each bucket that the spans name, absolute. */
  readonly positive: Float64Array
  readonly negativeSpans: Int32Array
  readonly negative: Float64Array
  /** Upper bounds, ascending, +Inf left out; empty unless the schema is {@link CUSTOM_BUCKETS_SCHEMA}. */
  readonly customValues: Float64Array
}
