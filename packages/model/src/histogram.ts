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

const HEAD_BYTES = 24
const NUMBERS_AT = HEAD_BYTES
const SPANS_AT = NUMBERS_AT + 4 * 8

/**
 * The bytes in which a histogram travels between threads and lies in the head: little end first,
 * every part 8 bytes aligned.
 *
 * ```
 * u8 flags (bit 0 float, bits 1-2 hint) · i8 schema · 2 bytes 0
 * u32 × 5: numbers in positiveSpans, negativeSpans, positive, negative, customValues
 * f64 × 4: zeroThreshold, zeroCount, count, sum
 * i32 … positiveSpans, negativeSpans · f64 … positive, negative, customValues
 * ```
 */
export function packHistogram(h: NativeHistogram): Uint8Array<ArrayBuffer> {
  const spans = h.positiveSpans.length + h.negativeSpans.length
  const numbers = h.positive.length + h.negative.length + h.customValues.length
  const bytes = new Uint8Array(SPANS_AT + spans * 4 + numbers * 8)
  const view = new DataView(bytes.buffer)
  bytes[0] = (h.isFloat ? 1 : 0) | (RESET_HINTS.indexOf(h.resetHint) << 1)
  view.setInt8(1, h.schema)
  const parts = [h.positiveSpans, h.negativeSpans, h.positive, h.negative, h.customValues]
  for (const [i, part] of parts.entries()) view.setUint32(4 + i * 4, part.length, true)
  new Float64Array(bytes.buffer, NUMBERS_AT, 4).set([h.zeroThreshold, h.zeroCount, h.count, h.sum])
  const spanColumn = new Int32Array(bytes.buffer, SPANS_AT, spans)
  spanColumn.set(h.positiveSpans)
  spanColumn.set(h.negativeSpans, h.positiveSpans.length)
  const column = new Float64Array(bytes.buffer, SPANS_AT + spans * 4, numbers)
  column.set(h.positive)
  column.set(h.negative, h.positive.length)
  column.set(h.customValues, h.positive.length + h.negative.length)
  return bytes
}

/** Reads what {@link packHistogram} wrote; the columns are copies. */
export function unpackHistogram(bytes: Uint8Array): NativeHistogram {
  const own = bytes.slice() // aligned, and nobody else's
  const view = new DataView(own.buffer)
  let at = SPANS_AT
  const spans = (i: number): Int32Array => {
    const column = new Int32Array(own.buffer, at, view.getUint32(4 + i * 4, true))
    at += column.byteLength
    return column
  }
  const numbers = (i: number): Float64Array => {
    const column = new Float64Array(own.buffer, at, view.getUint32(4 + i * 4, true))
    at += column.byteLength
    return column
  }
  const fixed = new Float64Array(own.buffer, NUMBERS_AT, 4)
  return {
    isFloat: (own[0]! & 1) !== 0,
    resetHint: RESET_HINTS[(own[0]! >> 1) & 3]!,
    schema: view.getInt8(1),
    zeroThreshold: fixed[0]!,
    zeroCount: fixed[1]!,
    count: fixed[2]!,
    sum: fixed[3]!,
    positiveSpans: spans(0),
    negativeSpans: spans(1),
    positive: numbers(2),
    negative: numbers(3),
    customValues: numbers(4),
  }
}
