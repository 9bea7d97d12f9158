/**
 * Native histograms of remote write, the same message in 1.0 and 2.0.
 *
 * ```
 * 1 count_int | 2 count_float · 3 sum · 4 schema · 5 zero_threshold · 6 zero_int | 7 zero_float
 * 8 negative_spans[] · 9 negative_deltas | 10 negative_counts
 * 11 positive_spans[] · 12 positive_deltas | 13 positive_counts
 * 14 reset_hint · 15 timestamp · 16 custom_values
 * BucketSpan  1 offset · 2 length
 * ```
 *
 * Buckets of integer histograms come as differences from the bucket before; here they become counts.
 */
import { type NativeHistogram, RESET_HINTS } from '@weir/model'
import { readSpan, summed } from '../protobuf/histogram-parts.ts'
import { FIXED64, LENGTH, NUMBERS_MAX, type ProtoReader, VARINT } from '../protobuf/reader.ts'
import type { WriteBatch } from './write-batch.ts'

const FIELDS = {
  countInt: (1 << 3) | VARINT,
  countFloat: (2 << 3) | FIXED64,
  sum: (3 << 3) | FIXED64,
  schema: (4 << 3) | VARINT,
  zeroThreshold: (5 << 3) | FIXED64,
  zeroInt: (6 << 3) | VARINT,
  zeroFloat: (7 << 3) | FIXED64,
  negativeSpan: (8 << 3) | LENGTH,
  negativeDeltas: (9 << 3) | LENGTH,
  negativeCounts: (10 << 3) | LENGTH,
  positiveSpan: (11 << 3) | LENGTH,
  positiveDeltas: (12 << 3) | LENGTH,
  positiveCounts: (13 << 3) | LENGTH,
  resetHint: (14 << 3) | VARINT,
  time: (15 << 3) | VARINT,
  customValues: (16 << 3) | LENGTH,
} as const

/** Fields above that may also come one number at a time, unpacked, as protobuf allows for `repeated`. */
const UNPACKED = {
  negativeDelta: (9 << 3) | VARINT,
  negativeCount: (10 << 3) | FIXED64,
  positiveDelta: (12 << 3) | VARINT,
  positiveCount: (13 << 3) | FIXED64,
  customValue: (16 << 3) | FIXED64,
} as const

/** The message as it came. */
class Draft {
  isFloat = false
  count = 0
  sum = 0
  schema = 0
  zeroThreshold = 0
  zeroCount = 0
  hint = 0
  timeMs = 0
  readonly negativeSpans: number[] = []
  readonly negativeDeltas: number[] = []
  readonly negativeCounts: number[] = []
  readonly positiveSpans: number[] = []
  readonly positiveDeltas: number[] = []
  readonly positiveCounts: number[] = []
  readonly customValues: number[] = []
}

/** Reads a histogram, a length and a message. */
export function readHistogram(input: ProtoReader, series: number, batch: WriteBatch): void {
  const end = input.lengthEnd()
  input.end = end
  const draft = new Draft()
  while (input.at < end) {
    readField(input, input.u32(), draft)
    if (draft.positiveSpans.length + draft.negativeSpans.length > NUMBERS_MAX) input.fail()
    if (!input.bad) input.end = end
  }
  if (batch.isOverfull) input.fail()
  if (input.bad) return
  batch.histograms.push({ series, timeMs: draft.timeMs, histogram: histogramOf(draft) })
}

function readField(input: ProtoReader, tag: number, draft: Draft): void {
  switch (tag) {
    case FIELDS.countInt:
      draft.count = input.u64()
      break
    case FIELDS.countFloat:
      draft.isFloat = true
      draft.count = input.double()
      break
    case FIELDS.sum:
      draft.sum = input.double()
      break
    case FIELDS.schema:
      draft.schema = input.zigzag()
      break
    case FIELDS.zeroThreshold:
      draft.zeroThreshold = input.double()
      break
    case FIELDS.zeroInt:
      draft.zeroCount = input.u64()
      break
    case FIELDS.zeroFloat:
      draft.zeroCount = input.double()
      break
    case FIELDS.negativeSpan:
      readSpan(input, draft.negativeSpans)
      break
    case FIELDS.negativeDeltas:
      input.packed(draft.negativeDeltas, 'zigzag')
      break
    case FIELDS.negativeCounts:
      input.packed(draft.negativeCounts, 'double')
      break
    case FIELDS.positiveSpan:
      readSpan(input, draft.positiveSpans)
      break
    case FIELDS.positiveDeltas:
      input.packed(draft.positiveDeltas, 'zigzag')
      break
    case FIELDS.positiveCounts:
      input.packed(draft.positiveCounts, 'double')
      break
    case FIELDS.resetHint:
      draft.hint = input.i64()
      break
    case FIELDS.time:
      draft.timeMs = input.i64()
      break
    case FIELDS.customValues:
      input.packed(draft.customValues, 'double')
      break
    case UNPACKED.negativeDelta:
      input.one(draft.negativeDeltas, 'zigzag')
      break
    case UNPACKED.negativeCount:
      input.one(draft.negativeCounts, 'double')
      break
    case UNPACKED.positiveDelta:
      input.one(draft.positiveDeltas, 'zigzag')
      break
    case UNPACKED.positiveCount:
      input.one(draft.positiveCounts, 'double')
      break
    case UNPACKED.customValue:
      input.one(draft.customValues, 'double')
      break
    default:
      if (tag >>> 3 <= 16) input.fail()
      else input.skip(tag)
  }
}

/** Counts as they are told; whether all of it fits together is for the store to judge. */
function histogramOf(draft: Draft): NativeHistogram {
  const side = (deltas: readonly number[], counts: readonly number[]): Float64Array =>
    draft.isFloat ? Float64Array.from(counts) : summed(deltas)
  return {
    isFloat: draft.isFloat,
    resetHint: RESET_HINTS[draft.hint] ?? 'unknown',
    schema: draft.schema,
    zeroThreshold: draft.zeroThreshold,
    zeroCount: draft.zeroCount,
    count: draft.count,
    sum: draft.sum,
    positiveSpans: Int32Array.from(draft.positiveSpans),
    positive: side(draft.positiveDeltas, draft.positiveCounts),
    negativeSpans: Int32Array.from(draft.negativeSpans),
    negative: side(draft.negativeDeltas, draft.negativeCounts),
    customValues: Float64Array.from(draft.customValues),
  }
}
