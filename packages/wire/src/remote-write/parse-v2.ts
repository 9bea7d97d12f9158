/**
 * Remote write 2.0: `io.prometheus.write.v2.Request`.
 *
 * ```
 * Request     4 symbols[] (all strings of the request, "" first) · 5 timeseries[]
 * TimeSeries  1 labels_refs (packed: name, value, …) · 2 samples[] · 3 histograms[] · 4 exemplars[] · 5 metadata
 * Exemplar    1 labels_refs · 2 value · 3 timestamp
 * Metadata    1 type · 3 help_ref · 4 unit_ref
 * ```
 *
 * Numbers of symbols mean something in their request only. So each symbol is first looked up among
 * those of all requests; a series then is known by the numbers of its symbols there: sixteen numbers
 * where 1.0 has two hundred bytes.
 *
 * @see prometheus:prompb/io/prometheus/write/v2/types.proto
 */
import { METRIC_NAME, type MetricType } from '@weir/model'
import { FIXED64, LENGTH, ProtoReader, VARINT } from '../protobuf/reader.ts'
import { ByteKeys } from '../keys/byte-keys.ts'
import { readHistogram } from './histogram.ts'
import { METRIC_TYPES } from './metric-types.ts'
import { readSample } from './sample.ts'
import type { WriteBatch, WriteFault } from './write-batch.ts'
import { LABELS_BYTES_MAX, LABELS_MAX, type LabelFault, type WriteReader } from './write-reader.ts'

const SYMBOL = (4 << 3) | LENGTH
const SERIES = (5 << 3) | LENGTH

const LABELS = (1 << 3) | LENGTH
const LABEL = (1 << 3) | VARINT
const SAMPLE = (2 << 3) | LENGTH
const HISTOGRAM = (3 << 3) | LENGTH
const EXEMPLAR = (4 << 3) | LENGTH
const METADATA = (5 << 3) | LENGTH

const NO_SERIES = -1

/** One symbol may stand in a hundred thousand places; what each place takes in memory is bounded. */
const EXEMPLAR_BYTES_MAX = 1024
/** Text about metrics that one request may bring. What is beyond comes with a later one. */
const TOLD_BYTES_MAX = 4 * 2 ** 20
const TOLD_BYTES_EACH = 100

/** Symbols that a request may have for each sample that it may have: more than any sender needs. */
const SYMBOLS_A_SAMPLE = 10

/** Numbers of symbols in the key of a series; what comes after so many is not read. */
const KEY_MAX = 2 * LABELS_MAX + 2

/** Nothing is known of a series' metadata. */
const UNTOLD = -1

export class WriteReaderV2 implements WriteReader {
  readonly #symbols: ByteKeys
  /** Keys are the numbers of symbols, 4 bytes each. */
  readonly #series: ByteKeys
  /** By the request's own number of a symbol: ours. */
  #symbolOf = new Int32Array(1024)
  #symbolCount = 0
  #symbolsMax = 0
  #toldBytes = 0
  /** The key of the series that is read, and the same memory as bytes. */
  #key = new Int32Array(64)
  #keyView = new DataView(this.#key.buffer)
  #keyLength = 0
  /** By series, three numbers each: type, help and unit as last told, so that only news are passed on. */
  #told = new Int32Array(3 * 256).fill(UNTOLD)

  /** @param seed any number that senders cannot know */
  constructor(seed: number) {
    this.#symbols = new ByteKeys(seed)
    this.#series = new ByteKeys(seed)
  }

  get seriesCount(): number {
    return this.#series.size
  }

  get heldBytes(): number {
    return this.#symbols.keyBytes + this.#series.keyBytes
  }

  pairs(series: number): string[] | LabelFault {
    const symbols = this.#symbolsOfSeries(series)
    if (symbols.length > 2 * LABELS_MAX) return 'too_long'
    if (this.#byteLength(symbols) > LABELS_BYTES_MAX) return 'too_long'
    return this.#texts(symbols) ?? 'not_utf8'
  }

  textBytes(series: number): number {
    return this.#byteLength(this.#symbolsOfSeries(series))
  }

  retell(): void {
    this.#told.fill(UNTOLD)
  }

  read(bytes: Uint8Array, length: number, batch: WriteBatch): WriteFault | undefined {
    const symbolsBefore = this.#symbols.size
    const seriesBefore = this.#series.size
    batch.clear()
    const input = new ProtoReader(bytes, 0, length)
    this.#symbolsMax = batch.samplesMax * SYMBOLS_A_SAMPLE
    this.#toldBytes = 0
    this.#readSymbols(input)
    const hasTooMany = this.#symbolCount > this.#symbolsMax
    if (!input.bad && !hasTooMany) {
      input.at = 0
      input.end = length
      this.#readAll(input, length, batch)
    }
    const fault = hasTooMany || batch.isOverfull ? 'too_many_samples' : 'malformed'
    if (!input.bad && fault === 'malformed') return undefined
    batch.clear()
    this.#series.truncate(seriesBefore)
    this.#symbols.truncate(symbolsBefore)
    this.#told.fill(UNTOLD, seriesBefore * 3)
    return fault
  }

  /** The first walk takes in the symbols: protobuf does not promise that they come before the series. */
  #readSymbols(input: ProtoReader): void {
    const { end, view } = input
    let previous = -1
    this.#symbolCount = 0
    while (input.at < end) {
      const tag = input.u32()
      if (tag === SERIES) {
        input.at = input.lengthEnd()
      } else if (tag === SYMBOL) {
        const to = input.lengthEnd()
        if (input.bad) return
        previous = this.#symbol(view, input.at, to, previous)
        if (this.#symbolCount > this.#symbolsMax) return
        if (this.#symbolCount === this.#symbolOf.length) {
          this.#symbolOf = doubled(this.#symbolOf)
        }
        this.#symbolOf[this.#symbolCount++] = previous
        input.at = to
      } else if (tag >>> 3 === 4 || tag >>> 3 === 5) {
        input.fail()
      } else {
        input.skip(tag)
      }
    }
  }

  #symbol(view: DataView, from: number, to: number, previous: number): number {
    const symbols = this.#symbols
    const guess = symbols.expected(previous)
    if (
      guess >= 0 &&
      symbols.byteLength(guess) === to - from &&
      symbols.stands(guess, view, from)
    ) {
      return guess
    }
    return symbols.find(view, from, to, previous)
  }

  #readAll(input: ProtoReader, length: number, batch: WriteBatch): void {
    let previous = -1
    while (input.at < length) {
      const tag = input.u32()
      if (tag !== SERIES) {
        input.skip(tag)
        continue
      }
      const end = input.lengthEnd()
      input.end = end
      previous = this.#readOne(input, end, batch, previous)
      if (input.bad || batch.isOverfull) return
      input.end = length
    }
  }

  /** Reads one series, up to `end`; gives its number, or `previous` when it has none. */
  #readOne(input: ProtoReader, end: number, batch: WriteBatch, previous: number): number {
    const { at: start, bytes } = input
    const { size } = this.#series
    const samples = batch.length
    const histograms = batch.histograms.length
    const exemplars = batch.exemplars.length
    // All labels in one list at the beginning, as everybody sends them.
    this.#keyLength = 0
    let isWhole = true
    if (start < end && bytes[start] === LABELS) {
      input.at = start + 1
      isWhole = this.#readRefs(input, input.lengthEnd())
    }
    let series = isWhole && this.#keyLength % 2 === 0 ? this.#find(previous) : NO_SERIES
    if (this.#readFields(input, end, series, batch)) return series
    if (input.bad) return previous
    // There are more labels further on, or symbols are missing: once more, labels first.
    batch.rewind({ samples, histograms, exemplars })
    this.#series.truncate(size)
    input.at = start
    if (!this.#gatherKey(input, end)) {
      if (!input.bad) batch.refuse('bad_symbols', -1, 'a label names a symbol that is not there')
      return previous
    }
    series = this.#find(previous)
    input.at = start
    this.#readFields(input, end, series, batch, true)
    return series
  }

  /**
   * Reads the labels, wherever they are in the message, into the key.
   *
   * @returns whether every symbol is there, and every name has a value
   */
  #gatherKey(input: ProtoReader, end: number): boolean {
    this.#keyLength = 0
    let isWhole = true
    while (input.at < end) {
      const tag = input.u32()
      if (tag === LABELS) isWhole = this.#readRefs(input, input.lengthEnd()) && isWhole
      else if (tag === LABEL) isWhole = this.#addRef(input.i64()) && isWhole
      else input.skip(tag)
    }
    return isWhole && this.#keyLength % 2 === 0 && !input.bad
  }

  /** Adds a packed list of symbols to the key; says whether all are there. */
  #readRefs(input: ProtoReader, to: number): boolean {
    if (input.bad) return false
    const { bytes } = input
    const outer = input.end
    // A symbol takes a byte at least: this is room enough for all.
    const most = Math.min(this.#keyLength + to - input.at, KEY_MAX)
    while (most > this.#key.length) this.#growKey()
    const key = this.#key
    const symbolOf = this.#symbolOf
    const count = this.#symbolCount
    let length = this.#keyLength
    let isWhole = true
    let { at } = input
    while (at < to) {
      let ref = bytes[at++]!
      if (ref >= 0x80) {
        const second = at < to ? bytes[at]! : 0x80
        if (second < 0x80) {
          ref = (ref & 0x7f) | (second << 7)
          at++
        } else {
          input.at = at - 1
          input.end = to
          ref = input.i64()
          at = input.at
          if (input.bad) return false
        }
      }
      if (ref < 0 || ref >= count) isWhole = false
      else if (length < KEY_MAX) key[length++] = symbolOf[ref]!
    }
    this.#keyLength = length
    input.at = to
    input.end = outer
    return isWhole
  }

  /** Adds one symbol to the key, by the request's number of it. */
  #addRef(ref: number): boolean {
    if (!this.#isSymbol(ref)) return false
    if (this.#keyLength >= KEY_MAX) return true
    if (this.#keyLength === this.#key.length) this.#growKey()
    this.#key[this.#keyLength++] = this.#symbolOf[ref]!
    return true
  }

  #growKey(): void {
    this.#key = doubled(this.#key)
    this.#keyView = new DataView(this.#key.buffer)
  }

  #isSymbol(ref: number): boolean {
    return ref >= 0 && ref < this.#symbolCount
  }

  #find(previous: number): number {
    const series = this.#series
    const length = this.#keyLength * 4
    const guess = series.expected(previous)
    if (
      guess >= 0 &&
      series.byteLength(guess) === length &&
      series.stands(guess, this.#keyView, 0)
    ) {
      return guess
    }
    const found = series.find(this.#keyView, 0, length, previous)
    while (series.size * 3 > this.#told.length) {
      const told = new Int32Array(this.#told.length * 2).fill(UNTOLD)
      told.set(this.#told)
      this.#told = told
    }
    return found
  }

  /**
   * Reads all but the labels.
   *
   * @returns false, in the middle, when there are labels and `areLabelsKnown` is not; or at once
   *   without a series
   */
  #readFields(
    input: ProtoReader,
    end: number,
    series: number,
    batch: WriteBatch,
    areLabelsKnown = false,
  ): boolean {
    if (series === NO_SERIES) return false
    const before = batch.length + batch.histograms.length
    while (input.at < end) {
      const tag = input.u32()
      if (tag === SAMPLE) {
        readSample(input, series, batch)
      } else if (tag === LABELS || tag === LABEL) {
        if (!areLabelsKnown) return false
        input.skip(tag)
      } else if (tag === HISTOGRAM) readHistogram(input, series, batch)
      else if (tag === EXEMPLAR) this.#readExemplar(input, series, batch)
      else if (tag === METADATA) this.#readMetadata(input, series, batch)
      else if (tag >>> 3 <= 5) input.fail()
      else input.skip(tag) // a created timestamp, in versions that had it here
      if (input.bad) return false
      input.end = end
    }
    if (batch.length + batch.histograms.length > before) return true
    batch.refuse('empty_series', series, 'it came without samples and histograms')
    return true
  }

  #readExemplar(input: ProtoReader, series: number, batch: WriteBatch): void {
    const end = input.lengthEnd()
    input.end = end
    const keyLength = this.#keyLength
    let value = 0
    let timeMs = 0
    let isWhole = true
    while (input.at < end) {
      const tag = input.u32()
      if (tag === EXEMPLAR_LABELS) isWhole = this.#readRefs(input, input.lengthEnd()) && isWhole
      else if (tag === LABEL) isWhole = this.#addRef(input.i64()) && isWhole
      else if (tag === VALUE) value = input.double()
      else if (tag === TIME) timeMs = input.i64()
      else if (tag >>> 3 <= 3) input.fail()
      else input.skip(tag)
    }
    const symbols = this.#key.subarray(keyLength, this.#keyLength)
    this.#keyLength = keyLength
    if (batch.isOverfull) input.fail()
    // An exemplar that cannot be read spoils nothing, as in Prometheus.
    if (input.bad || !isWhole || symbols.length % 2 === 1) return
    const labels = this.#byteLength(symbols) > EXEMPLAR_BYTES_MAX ? undefined : this.#texts(symbols)
    if (labels === undefined) return
    batch.exemplars.push({ series, labels, value, timeMs })
  }

  #readMetadata(input: ProtoReader, series: number, batch: WriteBatch): void {
    const end = input.lengthEnd()
    input.end = end
    let type = 0
    let helpRef = 0
    let unitRef = 0
    while (input.at < end) {
      const tag = input.u32()
      if (tag === TYPE) type = input.i64()
      else if (tag === HELP) helpRef = input.i64()
      else if (tag === UNIT) unitRef = input.i64()
      else if (tag >>> 3 <= 4 && tag >>> 3 !== 2) input.fail()
      else input.skip(tag)
    }
    if (input.bad || !this.#isSymbol(helpRef) || !this.#isSymbol(unitRef)) return
    // Prometheus writes the message for every series, empty when it knows nothing.
    if (type === 0 && helpRef === 0 && unitRef === 0) return
    const help = this.#symbolOf[helpRef]!
    const unit = this.#symbolOf[unitRef]!
    const told = this.#told
    const at = series * 3
    if (told[at] === type && told[at + 1] === help && told[at + 2] === unit) return
    this.#toldBytes += TOLD_BYTES_EACH
    if (this.#toldBytes > TOLD_BYTES_MAX) return
    told[at] = type
    told[at + 1] = help
    told[at + 2] = unit
    this.#describe(series, { type: METRIC_TYPES[type] ?? 'unknown', help, unit }, batch)
  }

  #describe(
    series: number,
    about: { readonly type: MetricType; readonly help: number; readonly unit: number },
    batch: WriteBatch,
  ): void {
    const named = this.#nameOf(series)
    if (named === undefined) return
    const symbols = Int32Array.of(named, about.help, about.unit)
    this.#toldBytes += this.#byteLength(symbols)
    const [name, help, unit] = this.#toldBytes > TOLD_BYTES_MAX ? [] : (this.#texts(symbols) ?? [])
    if (name === undefined || help === undefined || unit === undefined) return
    batch.metadata.push([familyName(name, about.type), { type: about.type, help, unit }])
  }

  /** The symbol that is the metric name of a series. */
  #nameOf(series: number): number | undefined {
    const symbols = this.#symbolsOfSeries(series)
    for (let i = 0; i < symbols.length; i += 2) {
      const isLikely = this.#symbols.byteLength(symbols[i]!) === METRIC_NAME.length
      if (isLikely && this.#texts(symbols.subarray(i, i + 1))?.[0] === METRIC_NAME) {
        return symbols[i + 1]
      }
    }
    return undefined
  }

  #symbolsOfSeries(series: number): Int32Array {
    const bytes = this.#series.bytes(series)
    return new Int32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4)
  }

  #byteLength(symbols: Int32Array): number {
    let bytes = 0
    for (const symbol of symbols) bytes += this.#symbols.byteLength(symbol)
    return bytes
  }

  /** Symbols as text; undefined when one is no UTF-8. */
  #texts(symbols: Int32Array): string[] | undefined {
    const texts: string[] = []
    for (const symbol of symbols) {
      const bytes = this.#symbols.bytes(symbol)
      const input = new ProtoReader(bytes)
      texts.push(input.rest())
      if (input.hasBadText) return undefined
    }
    return texts
  }
}

const EXEMPLAR_LABELS = (1 << 3) | LENGTH
const VALUE = (2 << 3) | FIXED64
const TIME = (3 << 3) | VARINT

const TYPE = (1 << 3) | VARINT
const HELP = (3 << 3) | VARINT
const UNIT = (4 << 3) | VARINT

const PARTS: Readonly<Partial<Record<MetricType, RegExp>>> = {
  histogram: /_(?:bucket|sum|count)$/,
  gaugehistogram: /_(?:bucket|gsum|gcount)$/,
  summary: /_(?:sum|count)$/,
}

/** 2.0 describes each series; what is described is the metric whose part it is. */
function familyName(name: string, type: MetricType): string {
  const part = PARTS[type]
  return part === undefined ? name : name.replace(part, '')
}

function doubled(column: Int32Array<ArrayBuffer>): Int32Array<ArrayBuffer> {
  const grown = new Int32Array(column.length * 2)
  grown.set(column)
  return grown
}
