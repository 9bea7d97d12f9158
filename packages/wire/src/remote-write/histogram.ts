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
import {
  CUSTOM_BUCKETS_SCHEMA,
  type NativeHistogram,
  RESET_HINTS,
  STALE_MARKER,
  isStale,
} from '@weir/model'
import { FIXED64, LENGTH, type ProtoReader, VARINT } from '../protobuf/reader.ts'
import { appendNumber, type WriteBatch } from './write-batch.ts'

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

/** Reads a histogram, a length and a message. One that contradicts itself is counted in the batch. */
export function readHistogram(input: ProtoReader, series: number, batch: WriteBatch): void {
  const end = input.lengthEnd()
  input.end = end
  const draft = new Draft()
  while (input.at < end) {
    readField(input, input.u32(), draft)
    if (!input.bad) input.end = end
  }
  if (input.bad) return
  if (isStale(draft.sum)) {
    appendNumber(batch, { series, timeMs: draft.timeMs, value: STALE_MARKER })
    return
  }
  const histogram = histogramOf(draft)
  if (typeof histogram === 'string') {
    batch.badHistograms++
    if (batch.badHistograms === 1) batch.badHistogram = { series, why: histogram }
    return
  }
  batch.histograms.push({ series, timeMs: draft.timeMs, histogram })
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
      draft.hint = input.u32()
      break
    case FIELDS.time:
      draft.timeMs = input.i64()
      break
    case FIELDS.customValues:
      input.packed(draft.customValues, 'double')
      break
    case UNPACKED.negativeDelta:
      draft.negativeDeltas.push(input.zigzag())
      break
    case UNPACKED.negativeCount:
      draft.negativeCounts.push(input.double())
      break
    case UNPACKED.positiveDelta:
      draft.positiveDeltas.push(input.zigzag())
      break
    case UNPACKED.positiveCount:
      draft.positiveCounts.push(input.double())
      break
    case UNPACKED.customValue:
      draft.customValues.push(input.double())
      break
    default:
      if (tag >>> 3 <= 16) input.fail()
      else input.skip(tag)
  }
}

const OFFSET = (1 << 3) | VARINT
const SPAN_LENGTH = (2 << 3) | VARINT

function readSpan(input: ProtoReader, into: number[]): void {
  const end = input.lengthEnd()
  input.end = end
  let offset = 0
  let length = 0
  while (input.at < end) {
    const tag = input.u32()
    if (tag === OFFSET) offset = input.zigzag()
    else if (tag === SPAN_LENGTH) length = input.u32()
    else if (tag >>> 3 <= 2) input.fail()
    else input.skip(tag)
  }
  into.push(offset, length)
}

/** The histogram of a message, or why it is none: the checks that Prometheus makes. */
function histogramOf(draft: Draft): NativeHistogram | string {
  const isCustom = draft.schema === CUSTOM_BUCKETS_SCHEMA
  if (!isCustom && !(draft.schema >= -4 && draft.schema <= 52)) {
    return `schema ${draft.schema} is unknown: want -4 to 8, or ${CUSTOM_BUCKETS_SCHEMA}`
  }
  const positive = counts(draft.positiveSpans, draft.positiveDeltas, draft.positiveCounts, draft)
  if (typeof positive === 'string') return `positive side: ${positive}`
  const negative = counts(draft.negativeSpans, draft.negativeDeltas, draft.negativeCounts, draft)
  if (typeof negative === 'string') return `negative side: ${negative}`
  const custom = isCustom ? customFault(draft) : draft.customValues.length > 0 ? NO_BOUNDS : ''
  if (custom !== '') return custom
  const total = sumOf(positive) + sumOf(negative) + draft.zeroCount
  const fault = countFault(draft, total)
  if (fault !== '') return fault
  const histogram: NativeHistogram = {
    isFloat: draft.isFloat,
    resetHint: RESET_HINTS[draft.hint] ?? 'unknown',
    schema: draft.schema,
    zeroThreshold: draft.zeroThreshold,
    zeroCount: draft.zeroCount,
    count: draft.count,
    sum: draft.sum,
    positiveSpans: Int32Array.from(draft.positiveSpans),
    positive: Float64Array.from(positive),
    negativeSpans: Int32Array.from(draft.negativeSpans),
    negative: Float64Array.from(negative),
    customValues: Float64Array.from(draft.customValues),
  }
  return draft.schema > SCHEMA_MAX ? coarser(histogram, SCHEMA_MAX) : histogram
}

const SCHEMA_MAX = 8
const NO_BOUNDS = 'it has bounds of its own, but a schema without them'

/** Absolute counts of one side, checked against its spans. */
function counts(
  spans: readonly number[],
  deltas: readonly number[],
  floats: readonly number[],
  { isFloat }: Draft,
): readonly number[] | string {
  const given = isFloat ? floats : deltas
  let want = 0
  for (let i = 0; i < spans.length; i += 2) {
    if (i > 0 && spans[i]! < 0)
      return `span ${i / 2} begins ${spans[i]} buckets after the one before`
    want += spans[i + 1]!
  }
  if (want !== given.length) return `its spans name ${want} buckets, but it has ${given.length}`
  let running = 0
  const absolute = given.map((number) => (running = isFloat ? number : running + number))
  const below = absolute.find((count) => count < 0)
  return below === undefined ? absolute : `a bucket holds ${below} observations`
}

function customFault({
  customValues,
  negativeSpans,
  positiveSpans,
  zeroCount,
  zeroThreshold,
}: Draft): string {
  if (negativeSpans.length > 0) return 'it has bounds of its own and a negative side'
  if (zeroCount !== 0 || zeroThreshold !== 0) return 'it has bounds of its own and a zero bucket'
  for (const [i, bound] of customValues.entries()) {
    if (Number.isNaN(bound) || bound === Number.POSITIVE_INFINITY) return `bound ${i} is ${bound}`
    if (i > 0 && bound <= customValues[i - 1]!) return `bound ${i} is not above the one before`
  }
  let last = 0
  for (let i = 0; i < positiveSpans.length; i += 2) {
    if (i === 0 && positiveSpans[0]! < 0) return 'its first bucket is below 0'
    last += positiveSpans[i]! + positiveSpans[i + 1]!
  }
  if (last <= customValues.length + 1) return ''
  return `its spans reach bucket ${last - 1}, but there are ${customValues.length} bounds`
}

/** Of integer histograms every observation is in a bucket, but for those that were NaN. */
function countFault({ isFloat, count, sum, zeroCount }: Draft, total: number): string {
  if (isFloat) {
    if (count < 0 || zeroCount < 0) return 'it counts less than 0 observations'
    return ''
  }
  const isWrong = Number.isNaN(sum) ? total > count : total !== count
  return isWrong ? `its buckets hold ${total} observations, but it counts ${count}` : ''
}

function sumOf(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0)
}

/** The same observations in the wider buckets of a lower schema: each step joins two neighbours. */
function coarser(h: NativeHistogram, schema: number): NativeHistogram {
  const steps = h.schema - schema
  const positive = mergeBuckets(h.positiveSpans, h.positive, steps)
  const negative = mergeBuckets(h.negativeSpans, h.negative, steps)
  return {
    ...h,
    schema,
    positiveSpans: positive.spans,
    positive: positive.counts,
    negativeSpans: negative.spans,
    negative: negative.counts,
  }
}

function mergeBuckets(
  spans: Int32Array,
  buckets: Float64Array,
  steps: number,
): { readonly spans: Int32Array; readonly counts: Float64Array } {
  const outSpans: number[] = []
  const outCounts: number[] = []
  let index = 0
  let last = 0
  let bucket = 0
  for (let i = 0; i < spans.length; i += 2) {
    index += spans[i]!
    for (let k = 0; k < spans[i + 1]!; k++, index++, bucket++) {
      // Bucket i of the finer schema ends at base^i: it lies in the wider one that ends at or after it.
      const wide = Math.ceil(index / 2 ** steps)
      if (outCounts.length > 0 && wide === last) {
        outCounts[outCounts.length - 1]! += buckets[bucket]!
        continue
      }
      if (outCounts.length > 0 && wide === last + 1) outSpans[outSpans.length - 1]!++
      else outSpans.push(outCounts.length === 0 ? wide : wide - last - 1, 1)
      outCounts.push(buckets[bucket]!)
      last = wide
    }
  }
  return { spans: Int32Array.from(outSpans), counts: Float64Array.from(outCounts) }
}
