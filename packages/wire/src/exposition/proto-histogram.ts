/**
 * The histograms of `io.prometheus.client`: buckets with bounds, and a native histogram, in one message.
 *
 * ```
 * 1 sample_count | 4 sample_count_float · 2 sample_sum · 3 bucket[] · 15 created_timestamp
 * 5 schema · 6 zero_threshold · 7 zero_count | 8 zero_count_float
 * 9 negative_span[] · 10 negative_delta[] | 11 negative_count[]
 * 12 positive_span[] · 13 positive_delta[] | 14 positive_count[] · 16 exemplars[]
 * Bucket  1 cumulative_count | 4 cumulative_count_float · 2 upper_bound · 3 exemplar
 * ```
 *
 * @see prometheus/client_model: io/prometheus/client/metrics.proto
 */
import type { NativeHistogram } from '@weir/model'
import { readSpan, summed } from '../protobuf/histogram-parts.ts'
import { FIXED64, LENGTH, NUMBERS_MAX, type ProtoReader, VARINT } from '../protobuf/reader.ts'
import { type SentExemplar, readExemplar } from './proto-exemplar.ts'

const COUNT = (1 << 3) | VARINT
const SUM = (2 << 3) | FIXED64
const BUCKET = (3 << 3) | LENGTH
const COUNT_FLOAT = (4 << 3) | FIXED64
const SCHEMA = (5 << 3) | VARINT
const ZERO_THRESHOLD = (6 << 3) | FIXED64
const ZERO_COUNT = (7 << 3) | VARINT
const ZERO_COUNT_FLOAT = (8 << 3) | FIXED64
const NEGATIVE_SPAN = (9 << 3) | LENGTH
const POSITIVE_SPAN = (12 << 3) | LENGTH
const CREATED = (15 << 3) | LENGTH
const EXEMPLAR = (16 << 3) | LENGTH

const BUCKET_COUNT = (1 << 3) | VARINT
const BUCKET_BOUND = (2 << 3) | FIXED64
const BUCKET_EXEMPLAR = (3 << 3) | LENGTH
const BUCKET_COUNT_FLOAT = (4 << 3) | FIXED64

/** One histogram as it came. Made to be reused. */
export class SentHistogram {
  count = 0
  countFloat = 0
  sum = 0
  readonly bounds: number[] = []
  /** Cumulative. */
  readonly counts: number[] = []
  /** By bucket; sparse ones are undefined. */
  readonly bucketExemplars: (SentExemplar | undefined)[] = []
  readonly exemplars: SentExemplar[] = []
  schema = 0
  zeroThreshold = 0
  zeroCount = 0
  zeroCountFloat = 0
  readonly negativeSpans: number[] = []
  readonly negativeDeltas: number[] = []
  readonly negativeCounts: number[] = []
  readonly positiveSpans: number[] = []
  readonly positiveDeltas: number[] = []
  readonly positiveCounts: number[] = []

  clear(): void {
    this.count = 0
    this.countFloat = 0
    this.sum = 0
    this.bounds.length = 0
    this.counts.length = 0
    this.bucketExemplars.length = 0
    this.exemplars.length = 0
    this.schema = 0
    this.zeroThreshold = 0
    this.zeroCount = 0
    this.zeroCountFloat = 0
    this.negativeSpans.length = 0
    this.negativeDeltas.length = 0
    this.negativeCounts.length = 0
    this.positiveSpans.length = 0
    this.positiveDeltas.length = 0
    this.positiveCounts.length = 0
  }

  get total(): number {
    return this.countFloat === 0 ? this.count : this.countFloat
  }

  /** Whether there is a native histogram; an empty one says so by a span of no length. */
  get isNative(): boolean {
    return (
      this.positiveSpans.length > 0 ||
      this.negativeSpans.length > 0 ||
      this.zeroThreshold > 0 ||
      this.zeroCount > 0 ||
      this.zeroCountFloat > 0
    )
  }

  /** Reads the message between the reader's place and its end. */
  read(input: ProtoReader): void {
    this.clear()
    const { end } = input
    while (input.at < end) {
      this.#field(input, input.u32())
      if (this.positiveSpans.length + this.negativeSpans.length > NUMBERS_MAX) input.fail()
      if (!input.bad) input.end = end
    }
  }

  native(isGauge: boolean): NativeHistogram {
    const isFloat = this.countFloat > 0 || this.zeroCountFloat > 0
    const side = (deltas: readonly number[], counts: readonly number[]): Float64Array =>
      isFloat ? Float64Array.from(counts) : summed(deltas)
    return {
      isFloat,
      resetHint: isGauge ? 'gauge' : 'unknown',
      schema: this.schema,
      zeroThreshold: this.zeroThreshold,
      zeroCount: isFloat ? this.zeroCountFloat : this.zeroCount,
      count: isFloat ? this.countFloat : this.count,
      sum: this.sum,
      positiveSpans: withoutEmpty(this.positiveSpans),
      positive: side(this.positiveDeltas, this.positiveCounts),
      negativeSpans: withoutEmpty(this.negativeSpans),
      negative: side(this.negativeDeltas, this.negativeCounts),
      customValues: NO_BOUNDS,
    }
  }

  #field(input: ProtoReader, tag: number): void {
    switch (tag) {
      case COUNT:
        this.count = input.u64()
        break
      case SUM:
        this.sum = input.double()
        break
      case BUCKET:
        this.#bucket(input)
        break
      case COUNT_FLOAT:
        this.countFloat = input.double()
        break
      case SCHEMA:
        this.schema = input.zigzag()
        break
      case ZERO_THRESHOLD:
        this.zeroThreshold = input.double()
        break
      case ZERO_COUNT:
        this.zeroCount = input.u64()
        break
      case ZERO_COUNT_FLOAT:
        this.zeroCountFloat = input.double()
        break
      case NEGATIVE_SPAN:
        readSpan(input, this.negativeSpans)
        break
      case POSITIVE_SPAN:
        readSpan(input, this.positiveSpans)
        break
      case EXEMPLAR:
        this.exemplars.push(readExemplar(input))
        break
      default:
        this.#list(input, tag)
    }
  }

  /** Lists of numbers come packed, or one by one. */
  #list(input: ProtoReader, tag: number): void {
    const list = this.#listOf(tag >>> 3)
    if (list === undefined) {
      if (tag >>> 3 <= 16 && tag !== CREATED) input.fail()
      else input.skip(tag)
      return
    }
    const kind = list === this.negativeDeltas || list === this.positiveDeltas ? 'zigzag' : 'double'
    if ((tag & 7) === LENGTH) input.packed(list, kind)
    else if ((tag & 7) === (kind === 'zigzag' ? VARINT : FIXED64)) input.one(list, kind)
    else input.fail()
  }

  #listOf(field: number): number[] | undefined {
    if (field === 10) return this.negativeDeltas
    if (field === 11) return this.negativeCounts
    if (field === 13) return this.positiveDeltas
    return field === 14 ? this.positiveCounts : undefined
  }

  #bucket(input: ProtoReader): void {
    const end = input.lengthEnd()
    input.end = end
    let count = 0
    let countFloat = 0
    let bound = 0
    let exemplar: SentExemplar | undefined
    while (input.at < end) {
      const tag = input.u32()
      if (tag === BUCKET_COUNT) count = input.u64()
      else if (tag === BUCKET_BOUND) bound = input.double()
      else if (tag === BUCKET_COUNT_FLOAT) countFloat = input.double()
      else if (tag === BUCKET_EXEMPLAR) exemplar = readExemplar(input)
      else input.skip(tag)
    }
    this.bounds.push(bound)
    this.counts.push(countFloat === 0 ? count : countFloat)
    this.bucketExemplars.push(exemplar)
  }
}

const NO_BOUNDS = new Float64Array()

/** Spans of no length say nothing but that the histogram is native. */
function withoutEmpty(spans: readonly number[]): Int32Array {
  const kept: number[] = []
  let gap = 0
  for (let i = 0; i < spans.length; i += 2) {
    gap += spans[i]!
    if (spans[i + 1] === 0) continue
    kept.push(gap, spans[i + 1]!)
    gap = 0
  }
  return Int32Array.from(kept)
}
