import { type RejectReason, WeirError, invariant } from '@weir/model'

import { ByteReader, ByteWriter } from '../codec/bytes.ts'
import { decodeSeries, encodeSeries } from '../disk/series-list.ts'
import { DictionaryView, PAIR_COUNT, SERIES_COUNT, SYMBOL_COUNT } from './dictionary-view.ts'
import { writeLabels } from './label-bytes.ts'
import { HashSlots, type TableTell, hashBytes, hashNext, hashPair, mix } from './shared-table.ts'

/** What a series' labels must keep to. */
export interface LabelLimits {
  readonly seriesMax: number
  /** Series of one metric name; 0: as many as there may be in all. */
  readonly metricSeriesMax: number
  readonly labelsPerSeriesMax: number
  readonly labelNameBytesMax: number
  readonly labelValueBytesMax: number
}

const METRIC_NAME_BYTES = new TextEncoder().encode('__name__')

/** First byte of a record. */
const ADDED = 0
const DROPPED = 1

/** The record that says that series were dropped. */
export function droppedRecord(series: Float64Array): Uint8Array {
  return Buffer.concat([Buffer.of(DROPPED), encodeSeries(series)])
}

/** A record does not go through a longer stretch of numbers that are not in use. */
const GAP_MAX = 65_536
const NOTHING = new Uint8Array(0)

/** Counts below which the dictionary is on disk. */
interface Mark {
  symbols: number
  pairs: number
  series: number
}

/**
 * The writer's side of the dictionary: finds or makes the number of a series from the bytes of its
 * labels (`count · (length · name · length · value)…`, names ascending), with no string in between.
 *
 * A series costs about 50 bytes here with eight labels that others have too, and about 30 more for
 * each label value that only it has.
 */
export class Dictionary extends DictionaryView {
  readonly #seriesSlots: HashSlots
  readonly #limits: LabelLimits
  #symbols = 0
  #texts = 0
  #pairs = 0
  #series = 0
  #live = 0
  /** Series that are there, by the pair of their metric name. */
  readonly #liveByName = new Map<number, number>()
  #nameSymbol = -1
  /** How often series were dropped: those that were refused may have room then. */
  drops = 0
  /** Dropped series. What they stood for stays until the next start: a query may be reading it. */
  readonly #gone = new Set<number>()
  #listEnd = 0
  /** The look-up of series is made when it is first needed after a start: a query does not need it. */
  #isLookUpDue = false
  #saved: Mark = { symbols: 0, pairs: 0, series: 0 }
  #pairNumbers = new Int32Array(64)
  /** The pair of the metric name that was checked last; -1: it is new. */
  #checkedName = -1

  constructor(limits: LabelLimits, tell: TableTell) {
    super(new SharedArrayBuffer(16), tell)
    this.#limits = limits
    this.#seriesSlots = new HashSlots('series')
  }

  /** Series that are there: made and not gone. */
  get liveCount(): number {
    return this.#live
  }

  /** Symbols that are there: their numbers may be greater. */
  get symbolTexts(): number {
    return this.#texts
  }

  get allSymbols(): number {
    return this.#symbols
  }

  get allPairs(): number {
    return this.#pairs
  }

  get allSeries(): number {
    return this.#series
  }

  /** The number of the series whose label bytes come next; made when it is new and the limits allow it. */
  intern(input: ByteReader): number | RejectReason {
    const start = input.at
    const count = input.varint()
    if (this.#findPairs(input, count)) {
      const series = this.#findSeries(count)
      if (series >= 0) return series
    }
    input.at = start
    const wrong = this.#check(input) ?? this.#overLimit(this.#checkedName)
    if (wrong !== undefined) return wrong
    input.at = start
    input.varint()
    for (let i = 0; i < count; i++) {
      const name = this.#internSymbol(input)
      const value = this.#internSymbol(input)
      this.#pairNumbers[i] = this.#internPair(name, value)
    }
    return this.#addSeries(this.#series++, count)
  }

  /** Series numbers below this are on disk. */
  get savedSeries(): number {
    return this.#saved.series
  }

  /** Makes everything that was interned visible to readers. */
  publish(): void {
    Atomics.store(this.header, SYMBOL_COUNT, this.#symbols)
    Atomics.store(this.header, PAIR_COUNT, this.#pairs)
    Atomics.store(this.header, SERIES_COUNT, this.#series)
  }

  get hasUnsaved(): boolean {
    return this.#saved.series < this.#series
  }

  /** Writes what was added since {@link saved}; see docs/formats/data-dir.md. */
  writeUnsaved(out: ByteWriter): void {
    const all = { symbols: this.#symbols, pairs: this.#pairs, series: this.#series }
    this.#writeRecord(out, this.#saved, all)
  }

  /** Everything as records for the disk: one, unless long stretches of numbers are not in use. */
  *wholeRecords(): Iterable<Uint8Array> {
    const out = new ByteWriter(1 << 16)
    const symbols = this.#runs(this.#symbols, (symbol) => this.symbols.get(symbol * 2 + 1) > 0)
    const series = this.#runs(this.#series, (number) => this.isLive(number))
    const last = symbols.pop()!
    for (const [from, to] of symbols) {
      out.clear()
      this.#writeRecord(
        out,
        { symbols: from, pairs: 0, series: 0 },
        { symbols: to, pairs: 0, series: 0 },
      )
      yield out.copy()
    }
    let from: Mark = { symbols: last[0], pairs: 0, series: 0 }
    for (const [first, end] of series) {
      out.clear()
      const until = { symbols: last[1], pairs: this.#pairs, series: end }
      this.#writeRecord(out, { ...from, series: first }, until)
      from = until
      yield out.copy()
    }
  }

  /** Stretches of numbers of which most are in use, so that others need no room; the last one to the end. */
  #runs(count: number, isInUse: (number: number) => boolean): [start: number, end: number][] {
    const runs: [start: number, end: number][] = []
    let start = 0
    let last = 0
    for (let number = 0; number < count; number++) {
      if (!isInUse(number)) continue
      if (number - last > GAP_MAX) {
        if (last > 0) runs.push([start, last])
        start = number
      }
      last = number + 1
    }
    if (count - last <= GAP_MAX) return [...runs, [start, count]]
    return [...runs, [start, last], [count, count]]
  }

  /** Symbols, pairs and series from one mark to another. */
  #writeRecord(out: ByteWriter, from: Mark, to: Mark): void {
    out.u8(ADDED)
    out.varint(from.symbols)
    out.varint(to.symbols - from.symbols)
    for (let symbol = from.symbols; symbol < to.symbols; symbol++) {
      const at = this.symbols.get(symbol * 2)
      const length = this.symbols.get(symbol * 2 + 1)
      const start = at & ((1 << this.text.shift) - 1)
      const segment = length === 0 ? NOTHING : this.text.segments[at >>> this.text.shift]!
      out.sized(segment.subarray(start, start + length))
    }
    out.varint(from.pairs)
    out.varint(to.pairs - from.pairs)
    for (let pair = from.pairs; pair < to.pairs; pair++) {
      out.varint(this.pairName(pair))
      out.varint(this.pairValue(pair))
    }
    out.varint(from.series)
    out.varint(to.series - from.series)
    for (let series = from.series; series < to.series; series++) {
      const at = this.listOf(series)
      const count = this.isLive(series) ? this.lists.get(at) : 0
      out.varint(count)
      for (let i = 1; i <= count; i++) out.varint(this.lists.get(at + i))
    }
  }

  /** What was written is on disk. */
  saved(): void {
    this.#saved = { symbols: this.#symbols, pairs: this.#pairs, series: this.#series }
  }

  /** Reads back one record of {@link writeUnsaved} or {@link droppedRecord}. */
  load(record: Uint8Array): void {
    this.#isLookUpDue = true
    const input = new ByteReader(record)
    if (input.u8() === DROPPED) {
      for (const series of decodeSeries(record.subarray(1))) this.#take(series)
      return
    }
    const firstSymbol = input.varint()
    this.#follow('symbol', Math.min(firstSymbol, this.#symbols), this.#symbols)
    this.#symbols = firstSymbol
    const symbols = input.varint()
    this.symbolSlots.reserve(symbols, this.#hashSymbol)
    for (let left = symbols; left > 0; left--) {
      const length = input.varint()
      if (length > 0) this.#addSymbol(record, input.at, input.at + length)
      else this.#symbols++
      input.at += length
    }
    this.symbols.pass(this.#symbols * 2)
    this.#follow('pair', input.varint(), this.#pairs)
    const pairs = input.varint()
    this.pairSlots.reserve(pairs, this.#hashPairOf)
    for (let left = pairs; left > 0; left--) this.#addPair(input.varint(), input.varint())
    const first = input.varint()
    const count = input.varint()
    // A record of symbols only says nothing of series.
    if (count > 0 || first > 0) {
      this.#follow('series', Math.min(first, this.#series), this.#series)
      this.#series = first
    }
    this.#loadSeries(input, count)
    this.series.pass(this.#series)
    this.saved()
  }

  /** The series of a record: {@link #addSeries} for many, straight from the record to their place. */
  #loadSeries(input: ByteReader, count: number): void {
    const { lists, series: places } = this
    const inList = (1 << lists.shift) - 1
    const inPlaces = (1 << places.shift) - 1
    let list = -1
    let listWords!: Uint32Array
    let place = -1
    let placeWords!: Uint32Array
    // Series of one name often come in a row: they are counted together.
    let namePair = -1
    let named = 0
    for (let left = count; left > 0; left--) {
      const length = input.varint()
      const series = this.#series++
      if (length === 0) continue
      const at = this.#placeOfList(length)
      if (at >>> lists.shift !== list) {
        lists.set(at, length) // makes the segment
        list = at >>> lists.shift
        listWords = lists.segments[list]!
      }
      const from = at & inList
      listWords[from] = length
      for (let i = from + 1; i <= from + length; i++) listWords[i] = input.varint()
      if (series >>> places.shift !== place) {
        places.pass(series)
        places.set(series, at + 1)
        place = series >>> places.shift
        placeWords = places.segments[place]!
      }
      placeWords[series & inPlaces] = at + 1
      this.#live++
      const name = this.#namePair(series)
      if (name !== namePair) {
        this.#countNamed(namePair, named)
        namePair = name
        named = 0
      }
      named++
    }
    this.#countNamed(namePair, named)
  }

  #countNamed(namePair: number, more: number): void {
    if (more > 0) this.#liveByName.set(namePair, (this.#liveByName.get(namePair) ?? 0) + more)
  }

  /** A record goes on where the one before it ended. */
  #follow(what: string, first: number, want: number): void {
    if (first === want) return
    const message = `Cannot read the dictionary: a record begins with ${what} ${first}, want ${want}`
    throw new WeirError('STORAGE_CORRUPT', `${message}; weir check data says what can be done`)
  }

  /**
   * Takes a series over from another dictionary, under its number; numbers ascend. Symbols keep their
   * numbers, too: windows are in the order of those of metric names.
   */
  takeOver(other: Dictionary, series: number, known: Takeover): void {
    const at = other.listOf(series)
    const count = other.lists.get(at)
    this.#reservePairs(count)
    for (let i = 0; i < count; i++) {
      const theirs = other.lists.get(at + 1 + i)
      let mine = known.pairs.get(theirs)
      if (mine < 0) {
        const name = this.#takeSymbol(other, other.pairName(theirs), known)
        mine = this.#internPair(name, this.#takeSymbol(other, other.pairValue(theirs), known))
        known.pairs.set(theirs, mine)
      }
      this.#pairNumbers[i] = mine
    }
    this.#series = series + 1
    this.#addSeries(series, count)
  }

  #takeSymbol(other: Dictionary, symbol: number, { symbols }: Takeover): number {
    if (symbols.has(symbol)) return symbol
    symbols.add(symbol)
    const at = other.symbols.get(symbol * 2)
    const from = at & ((1 << other.text.shift) - 1)
    const to = from + other.symbols.get(symbol * 2 + 1)
    this.#putSymbol(symbol, other.text.segments[at >>> other.text.shift]!, from, to)
    return symbol
  }

  /** The next symbol and the next series get numbers that the other dictionary has not given. */
  passTo(other: Dictionary): void {
    this.#symbols = other.allSymbols
    this.symbols.pass(this.#symbols * 2)
    this.#series = other.allSeries
    this.series.pass(this.#series)
  }

  /** Takes series out. Their numbers are not given to others while the process lives. */
  drop(gone: Iterable<number>): void {
    for (const series of gone) {
      if (this.isLive(series)) this.#take(series)
    }
    this.drops++
    this.#makeLookUp()
  }

  #take(series: number): void {
    this.#gone.add(series)
    this.#live--
    const pair = this.#namePair(series)
    const left = (this.#liveByName.get(pair) ?? 0) - 1
    if (left > 0) this.#liveByName.set(pair, left)
    else this.#liveByName.delete(pair)
  }

  /** Makes the look-up of series anew, without those that were dropped. */
  #makeLookUp(): void {
    this.#isLookUpDue = false
    this.#seriesSlots.rebuild(this.#liveSeries(), this.#live, (series) => this.#hashSeries(series))
  }

  /** A new number for the labels of a series that was dropped, if the limits allow it. */
  revive(series: number): number | RejectReason {
    invariant(this.#gone.has(series), `series ${series} was never dropped`)
    const at = this.listOf(series)
    const count = this.lists.get(at)
    this.#reservePairs(count)
    for (let i = 0; i < count; i++) this.#pairNumbers[i] = this.lists.get(at + 1 + i)
    const known = this.#findSeries(count)
    if (known >= 0) return known
    return this.#overLimit(this.#namePair(series)) ?? this.#addSeries(this.#series++, count)
  }

  /** Why there is no room for one more series whose name is this pair; -1: a new one. */
  #overLimit(namePair: number): RejectReason | undefined {
    const { seriesMax, metricSeriesMax } = this.#limits
    if (this.#live >= seriesMax) return 'series_limit'
    if (metricSeriesMax === 0) return undefined
    const count = this.#liveByName.get(namePair) ?? 0
    return count >= metricSeriesMax ? 'metric_series_limit' : undefined
  }

  /** The pair that holds the metric name of a series. */
  #namePair(series: number): number {
    const at = this.listOf(series)
    const count = this.lists.get(at)
    for (let i = 1; i <= count; i++) {
      const pair = this.lists.get(at + i)
      if (this.pairName(pair) === this.#nameSymbol) return pair
    }
    return -1
  }

  /** The labels of a series in the form that {@link intern} takes. */
  labelBytes(series: number): Uint8Array {
    const out = new ByteWriter(128)
    writeLabels(this.labels(series), out)
    return out.copy()
  }

  isLive(series: number): boolean {
    return this.listOf(series) >= 0 && !(this.#gone.size > 0 && this.#gone.has(series))
  }

  /** Dropped series, for readers that come now. */
  get gone(): ReadonlySet<number> {
    return this.#gone
  }

  *#liveSeries(): Iterable<number> {
    for (let series = 0; series < this.#series; series++) if (this.isLive(series)) yield series
  }

  /** Fills `#pairNumbers`; false when a symbol or pair is new, and so the series too. */
  #findPairs(input: ByteReader, count: number): boolean {
    this.#reservePairs(count)
    for (let i = 0; i < count; i++) {
      const name = this.#nextSymbol(input)
      const value = this.#nextSymbol(input)
      const pair = name < 0 || value < 0 ? -1 : this.findPair(name, value)
      if (pair < 0) return false
      this.#pairNumbers[i] = pair
    }
    return true
  }

  #nextSymbol(input: ByteReader): number {
    const length = input.varint()
    input.at += length
    return this.findSymbol(input.bytes, input.at - length, input.at)
  }

  #check(input: ByteReader): RejectReason | undefined {
    const limits = this.#limits
    const count = input.varint()
    if (count > limits.labelsPerSeriesMax) return 'label_limit'
    let hasName = false
    this.#checkedName = -1
    for (let i = 0; i < count; i++) {
      const nameLength = input.varint()
      const isName = isMetricName(input.bytes, input.at, nameLength)
      hasName ||= isName
      input.at += nameLength
      const valueLength = input.varint()
      input.at += valueLength
      if (isName && this.#nameSymbol >= 0) {
        const value = this.findSymbol(input.bytes, input.at - valueLength, input.at)
        if (value >= 0) this.#checkedName = this.findPair(this.#nameSymbol, value)
      }
      if (nameLength > limits.labelNameBytesMax || valueLength > limits.labelValueBytesMax) {
        return 'label_limit'
      }
    }
    return hasName ? undefined : 'bad_labels'
  }

  #internSymbol(input: ByteReader): number {
    const length = input.varint()
    const from = input.at
    input.at += length
    const found = this.findSymbol(input.bytes, from, input.at)
    return found >= 0 ? found : this.#addSymbol(input.bytes, from, input.at)
  }

  #internPair(name: number, value: number): number {
    const found = this.findPair(name, value)
    return found >= 0 ? found : this.#addPair(name, value)
  }

  #addSymbol(bytes: Uint8Array, from: number, to: number): number {
    const symbol = this.#symbols++
    this.#putSymbol(symbol, bytes, from, to)
    return symbol
  }

  #putSymbol(symbol: number, bytes: Uint8Array, from: number, to: number): void {
    this.symbols.pass(symbol * 2)
    this.symbols.set(symbol * 2, this.text.push(bytes, from, to))
    this.symbols.set(symbol * 2 + 1, to - from)
    this.symbolSlots.insert(symbol, hashBytes(bytes, from, to), this.#hashSymbol)
    if (this.#nameSymbol < 0 && isMetricName(bytes, from, to - from)) this.#nameSymbol = symbol
    this.#texts++
  }

  #addPair(name: number, value: number): number {
    const pair = this.#pairs++
    this.pairs.set(pair * 2, name)
    this.pairs.set(pair * 2 + 1, value)
    this.pairSlots.insert(pair, hashPair(name, value), this.#hashPairOf)
    return pair
  }

  #addSeries(series: number, count: number): number {
    const at = this.#placeOfList(count)
    this.lists.set(at, count)
    for (let i = 0; i < count; i++) this.lists.set(at + 1 + i, this.#pairNumbers[i]!)
    this.series.pass(series)
    this.series.set(series, at + 1)
    if (!this.#isLookUpDue) {
      this.#seriesSlots.insert(series, this.#hashPairs(count), (other) => this.#hashSeries(other))
    }
    this.#live++
    this.#countNamed(this.#namePair(series), 1)
    return series
  }

  /** Where the next list begins. It never crosses a segment: readers that know the segment know all of it. */
  #placeOfList(count: number): number {
    const size = 1 << this.lists.shift
    let at = this.#listEnd
    if ((at & (size - 1)) + count + 1 > size) at = (at | (size - 1)) + 1
    this.#listEnd = at + count + 1
    return at
  }

  #findSeries(count: number): number {
    if (this.#isLookUpDue) this.#makeLookUp()
    const { slots } = this.#seriesSlots
    const mask = slots.length - 1
    for (let slot = this.#hashPairs(count) & mask; ; slot = (slot + 1) & mask) {
      const entry = slots[slot]!
      if (entry === 0) return -1
      if (this.#isSeries(entry - 1, count)) return entry - 1
    }
  }

  #isSeries(series: number, count: number): boolean {
    const at = this.listOf(series)
    if (at < 0 || this.lists.get(at) !== count) return false
    for (let i = 0; i < count; i++) {
      if (this.lists.get(at + 1 + i) !== this.#pairNumbers[i]) return false
    }
    return true
  }

  #hashPairs(count: number): number {
    let hash = count
    for (let i = 0; i < count; i++) hash = hashNext(hash, this.#pairNumbers[i]!)
    return mix(hash)
  }

  #hashSeries(series: number): number {
    const at = this.listOf(series)
    const count = this.lists.get(at)
    let hash = count
    for (let i = 1; i <= count; i++) hash = hashNext(hash, this.lists.get(at + i))
    return mix(hash)
  }

  readonly #hashSymbol = (symbol: number): number => {
    const at = this.symbols.get(symbol * 2)
    const start = at & ((1 << this.text.shift) - 1)
    const segment = this.text.segments[at >>> this.text.shift]!
    return hashBytes(segment, start, start + this.symbols.get(symbol * 2 + 1))
  }

  readonly #hashPairOf = (pair: number): number =>
    hashPair(this.pairName(pair), this.pairValue(pair))

  #reservePairs(count: number): void {
    if (this.#pairNumbers.length < count) this.#pairNumbers = new Int32Array(count * 2)
  }
}

/** What became of symbols and pairs of a dictionary that another one takes over. */
export class Takeover {
  /** Those that are taken already: their numbers stay. */
  readonly symbols = new NumberSet()
  readonly pairs = new NumberMap()
}

/** One bit a number: numbers of symbols grow with all that ever were. */
class NumberSet {
  #bits = new Uint8Array(4096)

  has(number: number): boolean {
    return ((this.#bits[number >>> 3] ?? 0) & (1 << (number & 7))) !== 0
  }

  add(number: number): void {
    const at = number >>> 3
    if (at >= this.#bits.length) {
      const grown = new Uint8Array(Math.max(at + 1, this.#bits.length * 2))
      grown.set(this.#bits)
      this.#bits = grown
    }
    this.#bits[at]! |= 1 << (number & 7)
  }
}

/** Numbers in one dictionary, by their number in another. */
class NumberMap {
  #numbers = new Int32Array(4096)

  /** -1: not known yet. */
  get(theirs: number): number {
    return (this.#numbers[theirs] ?? 0) - 1
  }

  set(theirs: number, number: number): void {
    if (theirs >= this.#numbers.length) {
      const grown = new Int32Array(Math.max(theirs + 1, this.#numbers.length * 2))
      grown.set(this.#numbers)
      this.#numbers = grown
    }
    this.#numbers[theirs] = number + 1
  }
}

/** Whether bytes are `__name__`. */
function isMetricName(bytes: Uint8Array, at: number, length: number): boolean {
  if (length !== METRIC_NAME_BYTES.length) return false
  for (let i = 0; i < length; i++) if (bytes[at + i] !== METRIC_NAME_BYTES[i]) return false
  return true
}
