/**
 * Data points of OTLP, each a length and a message, into the columns of an `OtlpBatch`. Every field has
 * a tag of one byte; times, counts and values are fixed 64 bits, little end first.
 *
 * ```
 *               attributes  start  time  value              exemplars  flags
 * Number             7        2     3    4 double · 6 int        5       8
 * Histogram          9        2     3    4 count · 5 sum         8      10   6 counts[] · 7 bounds[] · 11 min · 12 max
 * Exponential        1        2     3    4 count · 5 sum        11      10   6 scale · 7 zero count · 8 positive ·
 *                                                                            9 negative · 12 min · 13 max · 14 zero threshold
 * Summary            7        2     3    4 count · 5 sum         -       8   6 quantiles[] (1 quantile · 2 value)
 * ```
 *
 * @see opentelemetry-proto:opentelemetry/proto/metrics/v1/metrics.proto
 */
import { FIXED64, LENGTH, type ProtoReader, VARINT } from '../protobuf/reader.ts'
import {
  type Exponential,
  type ExponentialBuckets,
  HAS_SUM,
  type OtlpBatch,
  OTLP_SUM,
} from './otlp-batch.ts'
import { int64, restNs, uint64, wholeMs } from './fixed64.ts'

/** What reading a point needs to know of the metric it is in, and what goes elsewhere. */
export interface PointPlace {
  readonly kind: number
  /** Reads attributes on from the first one, which begins at `from`; moves behind the last one. */
  attributes(input: ProtoReader, from: number): void
  /** Reads an exemplar, a length and a message. */
  exemplar(input: ProtoReader): void
}

const START = (2 << 3) | FIXED64
const TIME = (3 << 3) | FIXED64

const NUMBER_DOUBLE = (4 << 3) | FIXED64
const NUMBER_EXEMPLAR = (5 << 3) | LENGTH
const NUMBER_INT = (6 << 3) | FIXED64
/** Attributes of numbers and summaries. */
export const NUMBER_ATTRIBUTE = (7 << 3) | LENGTH
const NUMBER_FLAGS = (8 << 3) | VARINT

/** Reads a number. An integer becomes the nearest double, as in Prometheus. */
export function readNumberPoint(input: ProtoReader, batch: OtlpBatch, place: PointPlace): void {
  const end = begin(input, batch)
  const { view, bytes } = input
  const i = batch.length
  while (input.at < end) {
    const { at } = input
    const tag = bytes[at]!
    input.at = at + 1
    if ((tag & 7) === FIXED64) {
      input.fixed64()
      if (input.bad) return
      if (tag === TIME) setTime(view, at + 1, batch, i)
      else if (tag === START) setStart(view, at + 1, batch, i)
      else if (tag === NUMBER_DOUBLE) setWords(view, at + 1, batch.valueWords, i)
      else if (tag === NUMBER_INT) batch.values[i] = int64(view, at + 1)
      else unknown(input, at, 8)
    } else if (tag === NUMBER_ATTRIBUTE) place.attributes(input, at)
    else if (tag === NUMBER_FLAGS) setFlags(batch, input.i64())
    else if (tag === NUMBER_EXEMPLAR && place.kind === OTLP_SUM) place.exemplar(input)
    else if (tag === NUMBER_EXEMPLAR) input.skip(tag)
    else unknown(input, at, 8)
    again(input, end)
  }
  batch.samples++
}

const COUNT = (4 << 3) | FIXED64
const TOLD_SUM = (5 << 3) | FIXED64

const BUCKETS_PACKED = (6 << 3) | LENGTH
const BUCKET = (6 << 3) | FIXED64
const BOUNDS_PACKED = (7 << 3) | LENGTH
const BOUND = (7 << 3) | FIXED64
const HISTOGRAM_EXEMPLAR = (8 << 3) | LENGTH
export const HISTOGRAM_ATTRIBUTE = (9 << 3) | LENGTH
const HISTOGRAM_FLAGS = (10 << 3) | VARINT
const HISTOGRAM_MIN = (11 << 3) | FIXED64
const HISTOGRAM_MAX = (12 << 3) | FIXED64

export function readHistogramPoint(input: ProtoReader, batch: OtlpBatch, place: PointPlace): void {
  const end = begin(input, batch)
  const i = batch.length
  const counts = { from: 0, count: 0 }
  const bounds = { from: 0, count: 0 }
  while (input.at < end) {
    const { at } = input
    const tag = input.bytes[at]!
    input.at = at + 1
    if (tag === HISTOGRAM_ATTRIBUTE) place.attributes(input, at)
    else if (tag === BUCKETS_PACKED) listFixed(input, batch, counts, false)
    else if (tag === BOUNDS_PACKED) listFixed(input, batch, bounds, true)
    else if (tag === BUCKET) listOne(input, batch, counts, 'uint64')
    else if (tag === BOUND) listOne(input, batch, bounds, 'double')
    else if (tag === HISTOGRAM_FLAGS) setFlags(batch, input.i64())
    else if (tag === HISTOGRAM_EXEMPLAR) place.exemplar(input)
    else if (tag === HISTOGRAM_MIN || tag === HISTOGRAM_MAX) input.double()
    else if (!common(input, batch, tag)) unknown(input, at, 12)
    again(input, end)
  }
  if (input.bad) return
  batch.details[i] = batch.lists.length
  batch.lists.push({
    boundsFrom: bounds.from,
    boundsCount: bounds.count,
    countsFrom: counts.from,
    countsCount: counts.count,
  })
  batch.samples += 3 + Math.min(bounds.count, counts.count)
}

export const EXPONENTIAL_ATTRIBUTE = (1 << 3) | LENGTH
const SCALE = (6 << 3) | VARINT
const ZERO_COUNT = (7 << 3) | FIXED64
const POSITIVE = (8 << 3) | LENGTH
const NEGATIVE = (9 << 3) | LENGTH
const EXPONENTIAL_FLAGS = (10 << 3) | VARINT
const EXPONENTIAL_EXEMPLAR = (11 << 3) | LENGTH
const EXPONENTIAL_MIN = (12 << 3) | FIXED64
const EXPONENTIAL_MAX = (13 << 3) | FIXED64
const ZERO_THRESHOLD = (14 << 3) | FIXED64

const NO_BUCKETS: ExponentialBuckets = { offset: 0, from: 0, count: 0 }

export function readExponentialPoint(
  input: ProtoReader,
  batch: OtlpBatch,
  place: PointPlace,
): void {
  const end = begin(input, batch)
  const i = batch.length
  const point: { -readonly [K in keyof Exponential]: Exponential[K] } = {
    scale: 0,
    zeroCount: 0,
    zeroThreshold: 0,
    positive: NO_BUCKETS,
    negative: NO_BUCKETS,
  }
  while (input.at < end) {
    const { at } = input
    const tag = input.bytes[at]!
    input.at = at + 1
    if (tag === EXPONENTIAL_ATTRIBUTE) place.attributes(input, at)
    else if (tag === SCALE) point.scale = input.zigzag()
    else if (tag === ZERO_COUNT) point.zeroCount = input.fixed64()
    else if (tag === POSITIVE) point.positive = readBuckets(input, batch)
    else if (tag === NEGATIVE) point.negative = readBuckets(input, batch)
    else if (tag === EXPONENTIAL_FLAGS) setFlags(batch, input.i64())
    else if (tag === EXPONENTIAL_EXEMPLAR) place.exemplar(input)
    else if (tag === ZERO_THRESHOLD) point.zeroThreshold = input.double()
    else if (tag === EXPONENTIAL_MIN || tag === EXPONENTIAL_MAX) input.double()
    else if (!common(input, batch, tag)) unknown(input, at, 14)
    again(input, end)
  }
  if (input.bad) return
  batch.details[i] = batch.exponentials.length
  batch.exponentials.push(point)
  batch.samples++
}

const OFFSET = (1 << 3) | VARINT
const COUNTS_PACKED = (2 << 3) | LENGTH
const COUNTS_ONE = (2 << 3) | VARINT

function readBuckets(input: ProtoReader, batch: OtlpBatch): ExponentialBuckets {
  const end = input.lengthEnd()
  input.end = end
  let offset = 0
  const counts = { from: 0, count: 0 }
  while (input.at < end) {
    const tag = input.u32()
    if (tag === OFFSET) offset = input.zigzag()
    else if (tag === COUNTS_PACKED) listVarints(input, batch, counts)
    else if (tag === COUNTS_ONE) listOne(input, batch, counts, VARINT)
    else if (tag >>> 3 <= 2) input.fail()
    else input.skip(tag)
    again(input, end)
  }
  return { offset, ...counts }
}

const QUANTILE = (6 << 3) | LENGTH

export function readSummaryPoint(input: ProtoReader, batch: OtlpBatch, place: PointPlace): void {
  const end = begin(input, batch)
  const i = batch.length
  const pairs: number[] = []
  while (input.at < end) {
    const { at } = input
    const tag = input.bytes[at]!
    input.at = at + 1
    if (tag === NUMBER_ATTRIBUTE) place.attributes(input, at)
    else if (tag === QUANTILE) readQuantile(input, pairs)
    else if (tag === NUMBER_FLAGS) setFlags(batch, input.i64())
    else if (!common(input, batch, tag)) unknown(input, at, 8)
    again(input, end)
    if (pairs.length > 2 * batch.samplesMax) input.fail()
  }
  if (input.bad) return
  const count = pairs.length / 2
  const from = batch.numbersLength
  if (!batch.reserve(pairs.length)) {
    input.fail()
    return
  }
  for (let q = 0; q < count; q++) {
    batch.numbers[from + q] = pairs[2 * q]!
    batch.numbers[from + count + q] = pairs[2 * q + 1]!
  }
  batch.numbersLength += pairs.length
  batch.details[i] = batch.lists.length
  batch.lists.push({
    boundsFrom: from,
    boundsCount: count,
    countsFrom: from + count,
    countsCount: count,
  })
  batch.samples += 2 + count
}

const QUANTILE_AT = (1 << 3) | FIXED64
const QUANTILE_VALUE = (2 << 3) | FIXED64

function readQuantile(input: ProtoReader, pairs: number[]): void {
  const end = input.lengthEnd()
  input.end = end
  let quantile = 0
  let value = 0
  while (input.at < end) {
    const tag = input.u32()
    if (tag === QUANTILE_AT) quantile = input.double()
    else if (tag === QUANTILE_VALUE) value = input.double()
    else if (tag >>> 3 <= 2) input.fail()
    else input.skip(tag)
  }
  pairs.push(quantile, value)
}

/** The length of a point; makes room for it and clears its row. */
function begin(input: ProtoReader, batch: OtlpBatch): number {
  const end = input.lengthEnd()
  if (input.bad) return 0
  input.end = end
  const i = batch.length
  if (i === batch.keys.length) batch.grow()
  batch.flags[i] = 0
  batch.times[i] = 0
  batch.timesNs[i] = 0
  batch.starts[i] = 0
  batch.startsNs[i] = 0
  batch.values[i] = 0
  batch.counts[i] = 0
  return end
}

/** Back to the point's own end after a field that had one. */
function again(input: ProtoReader, end: number): void {
  if (!input.bad) input.end = end
}

/** Fields that histograms and summaries share; false for another. */
function common(input: ProtoReader, batch: OtlpBatch, tag: number): boolean {
  if (tag !== START && tag !== TIME && tag !== COUNT && tag !== TOLD_SUM) return false
  const { at, view } = input
  input.fixed64()
  if (input.bad) return true
  const i = batch.length
  if (tag === TIME) setTime(view, at, batch, i)
  else if (tag === START) setStart(view, at, batch, i)
  else if (tag === COUNT) batch.counts[i] = uint64(view, at)
  else {
    setWords(view, at, batch.valueWords, i)
    batch.flags[i] = batch.flags[i]! | HAS_SUM
  }
  return true
}

/**
 * A field that is none of ours; or one of ours (2 up to `known`) that is not of its kind: such a
 * message is bad. Field 1 had labels in the first versions of OTLP.
 */
function unknown(input: ProtoReader, at: number, known: number): void {
  input.at = at
  const tag = input.u32()
  if (tag >>> 3 <= known && tag >>> 3 !== 1) input.fail()
  else input.skip(tag)
}

/** The sender's flags have one bit that is known; the others are ours. */
function setFlags(batch: OtlpBatch, told: number): void {
  const i = batch.length
  batch.flags[i] = (batch.flags[i]! & HAS_SUM) | (told & 1)
}

interface Stretch {
  from: number
  count: number
}

/** A list of 64-bit numbers in one piece: doubles, or whole ones without a sign. */
function listFixed(input: ProtoReader, batch: OtlpBatch, into: Stretch, isDouble: boolean): void {
  const end = input.lengthEnd()
  const length = end - input.at
  if (input.bad || length % 8 !== 0 || !makeRoom(batch, into, length / 8)) {
    input.fail()
    return
  }
  const { view } = input
  const { numbers } = batch
  let to = batch.numbersLength
  for (let { at } = input; at < end; at += 8) {
    numbers[to++] = isDouble ? view.getFloat64(at, true) : uint64(view, at)
  }
  into.count += to - batch.numbersLength
  batch.numbersLength = to
  input.at = end
}

/** A list of varints in one piece. */
function listVarints(input: ProtoReader, batch: OtlpBatch, into: Stretch): void {
  const end = input.lengthEnd()
  const outer = input.end
  input.end = end
  while (input.at < end) listOne(input, batch, into, VARINT)
  again(input, outer)
}

/** A number of a list that comes piece by piece. */
function listOne(
  input: ProtoReader,
  batch: OtlpBatch,
  into: Stretch,
  kind: typeof VARINT | 'uint64' | 'double',
): void {
  if (!makeRoom(batch, into, 1)) {
    input.fail()
    return
  }
  let number = 0
  if (kind === VARINT) number = input.u64()
  else number = kind === 'double' ? input.double() : input.fixed64()
  batch.numbers[batch.numbersLength++] = number
  into.count++
}

/** Room at the end of a list; one that others were written behind is moved. False when there is none. */
function makeRoom(batch: OtlpBatch, into: Stretch, count: number): boolean {
  if (into.count === 0) into.from = batch.numbersLength
  const isLast = into.from + into.count === batch.numbersLength
  if (!batch.reserve(isLast ? count : into.count + count)) return false
  if (!isLast) {
    batch.numbers.copyWithin(batch.numbersLength, into.from, into.from + into.count)
    into.from = batch.numbersLength
    batch.numbersLength += into.count
  }
  return true
}

function setWords(view: DataView, at: number, words: Int32Array, i: number): void {
  words[2 * i] = view.getInt32(at, true)
  words[2 * i + 1] = view.getInt32(at + 4, true)
}

function setTime(view: DataView, at: number, batch: OtlpBatch, i: number): void {
  const ms = wholeMs(view, at)
  batch.times[i] = ms
  batch.timesNs[i] = restNs(view, at, ms)
}

function setStart(view: DataView, at: number, batch: OtlpBatch, i: number): void {
  const ms = wholeMs(view, at)
  batch.starts[i] = ms
  batch.startsNs[i] = restNs(view, at, ms)
}
