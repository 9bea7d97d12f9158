/**
 * The samples of a chunk of native histograms, whole ones or floats.
 *
 * ```
 * 2 bytes: how many · 1 byte: reset header in the upper two bits
 * layout   zero threshold · schema · positive spans · negative spans · bounds of its own
 * whole    time · count · zero count · sum · buckets, each as the difference from the one before;
 *          later samples tell of each number how much its change has changed, of the sum what differs
 * float    time · count · zero count · sum · buckets; later ones what differs from the sample before
 * ```
 *
 * A stale marker is a histogram whose sum is one. Nothing but its time has a meaning, and no buckets follow.
 *
 * @see prometheus:tsdb/docs/format/chunks.md (Histogram chunk data)
 */
import { CUSTOM_BUCKETS_SCHEMA, type NativeHistogram, type ResetHint } from '@weir/model'
import { type BitReader, XorDouble } from './bit-reader.ts'
import type { ChunkSamples } from './chunk-samples.ts'
import { damaged } from './damage.ts'

interface Layout {
  readonly schema: number
  readonly zeroThreshold: number
  readonly positiveSpans: Int32Array
  readonly negativeSpans: Int32Array
  readonly positiveCount: number
  readonly negativeCount: number
  readonly customValues: Float64Array
}

const GAUGE = 0b11
const NOTHING = new Float64Array(0)

export function readHistogramSamples(input: BitReader, isFloat: boolean, into: ChunkSamples): void {
  const count = input.bits(16)
  const header = input.bits(8) >> 6
  const layout = readLayout(input)
  const buckets = isFloat ? new FloatBuckets(layout) : new WholeBuckets(layout)
  const time = new Running()
  const sum = new XorDouble()
  for (let i = 0; i < count && !input.isOver; i++) {
    const isFirst = i === 0
    time.next(input, isFirst)
    buckets.readCounts(input, isFirst)
    if (isFirst) sum.first(input)
    else sum.next(input)
    const { isStale } = sum
    if (!isStale) buckets.read(input, isFirst)
    const known = {
      isFloat,
      resetHint: hintOf(header, isFirst),
      sum: sum.value,
      ...(isStale ? EMPTY : layout),
      ...(isStale ? NO_COUNTS : buckets.counts()),
    }
    into.pushHistogram(time.value, histogramOf(known))
  }
}

/**
 * Within a chunk counts only grow, and it is cut where they began anew. What its header says of the sample before
 * it is not believed, as Prometheus does not: that sample may be gone, or another one come between.
 */
function hintOf(header: number, isFirst: boolean): ResetHint {
  if (header === GAUGE) return 'gauge'
  return isFirst ? 'unknown' : 'not_reset'
}

const EMPTY: Omit<Layout, 'positiveCount' | 'negativeCount'> = {
  schema: 0,
  zeroThreshold: 0,
  positiveSpans: new Int32Array(0),
  negativeSpans: new Int32Array(0),
  customValues: NOTHING,
}

interface Counts {
  readonly count: number
  readonly zeroCount: number
  readonly positive: Float64Array
  readonly negative: Float64Array
}

const NO_COUNTS: Counts = { count: 0, zeroCount: 0, positive: NOTHING, negative: NOTHING }

/** Without what only the reader knows of the layout. */
function histogramOf(known: NativeHistogram): NativeHistogram {
  const { isFloat, resetHint, schema, zeroThreshold, zeroCount, count, sum } = known
  const { positiveSpans, positive, negativeSpans, negative, customValues } = known
  return {
    isFloat,
    resetHint,
    schema,
    zeroThreshold,
    zeroCount,
    count,
    sum,
    positiveSpans,
    positive,
    negativeSpans,
    negative,
    customValues,
  }
}

function readLayout(input: BitReader): Layout {
  const zeroThreshold = readZeroThreshold(input)
  const schema = input.varbitInt()
  const positiveSpans = readSpans(input)
  const negativeSpans = readSpans(input)
  const customValues = schema === CUSTOM_BUCKETS_SCHEMA ? readBounds(input) : NOTHING
  return {
    schema,
    zeroThreshold,
    positiveSpans,
    negativeSpans,
    positiveCount: bucketCount(positiveSpans, input),
    negativeCount: bucketCount(negativeSpans, input),
    customValues,
  }
}

/** 0 and powers of two from 2^-243 to 2^10 take a byte. */
function readZeroThreshold(input: BitReader): number {
  const byte = input.bits(8)
  if (byte === 0) return 0
  return byte === 255 ? input.double() : 2 ** (byte - 244)
}

function readSpans(input: BitReader): Int32Array {
  const spans = new Int32Array(2 * listLength(input))
  for (let i = 0; i < spans.length; i += 2) {
    spans[i + 1] = input.varbitUint()
    spans[i] = input.varbitInt()
  }
  return spans
}

/** Thousandths are whole numbers from 1 on; what is none stands after a zero bit. */
function readBounds(input: BitReader): Float64Array {
  const bounds = new Float64Array(listLength(input))
  for (let i = 0; i < bounds.length; i++) {
    const thousandths = input.varbitUint()
    bounds[i] = thousandths === 0 ? input.double() : (thousandths - 1) / 1000
  }
  return bounds
}

/** Each element takes a bit at least, so a length beyond them is none. */
function listLength(input: BitReader): number {
  return checked(input.varbitUint(), input)
}

function bucketCount(spans: Int32Array, input: BitReader): number {
  let count = 0
  for (let i = 1; i < spans.length; i += 2) count += spans[i]!
  // A stale marker alone has no buckets; whatever else has a bit for each of them.
  return checked(count, input)
}

function checked(length: number, input: BitReader): number {
  if (length >= 0 && length <= input.bitsLeft) return length
  throw damaged('a list is longer than the chunk')
}

/** A whole number of which each one is told by how much its change has changed. */
class Running {
  value = 0
  #change = 0

  next(input: BitReader, isFirst: boolean): void {
    if (isFirst) {
      this.value = input.varbitInt()
    } else {
      this.#change += input.varbitInt()
      this.value += this.#change
    }
  }

  firstCount(input: BitReader): void {
    this.value = input.varbitUint()
  }
}

class WholeBuckets {
  readonly #count = new Running()
  readonly #zeroCount = new Running()
  readonly #positive: readonly Running[]
  readonly #negative: readonly Running[]

  constructor({ positiveCount, negativeCount }: Layout) {
    this.#positive = Array.from({ length: positiveCount }, () => new Running())
    this.#negative = Array.from({ length: negativeCount }, () => new Running())
  }

  readCounts(input: BitReader, isFirst: boolean): void {
    for (const number of [this.#count, this.#zeroCount]) {
      if (isFirst) number.firstCount(input)
      else number.next(input, false)
    }
  }

  read(input: BitReader, isFirst: boolean): void {
    for (const bucket of this.#positive) bucket.next(input, isFirst)
    for (const bucket of this.#negative) bucket.next(input, isFirst)
  }

  counts(): Counts {
    return {
      count: this.#count.value,
      zeroCount: this.#zeroCount.value,
      positive: summed(this.#positive),
      negative: summed(this.#negative),
    }
  }
}

function summed(differences: readonly Running[]): Float64Array {
  const counts = new Float64Array(differences.length)
  let sum = 0
  for (let i = 0; i < counts.length; i++) counts[i] = sum += differences[i]!.value
  return counts
}

class FloatBuckets {
  readonly #count = new XorDouble()
  readonly #zeroCount = new XorDouble()
  readonly #positive: readonly XorDouble[]
  readonly #negative: readonly XorDouble[]

  constructor({ positiveCount, negativeCount }: Layout) {
    this.#positive = Array.from({ length: positiveCount }, () => new XorDouble())
    this.#negative = Array.from({ length: negativeCount }, () => new XorDouble())
  }

  readCounts(input: BitReader, isFirst: boolean): void {
    readAll([this.#count, this.#zeroCount], input, isFirst)
  }

  read(input: BitReader, isFirst: boolean): void {
    readAll(this.#positive, input, isFirst)
    readAll(this.#negative, input, isFirst)
  }

  counts(): Counts {
    return {
      count: this.#count.value,
      zeroCount: this.#zeroCount.value,
      positive: Float64Array.from(this.#positive, ({ value }) => value),
      negative: Float64Array.from(this.#negative, ({ value }) => value),
    }
  }
}

function readAll(numbers: readonly XorDouble[], input: BitReader, isFirst: boolean): void {
  for (const number of numbers) {
    if (isFirst) number.first(input)
    else number.next(input)
  }
}
