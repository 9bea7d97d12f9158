/**
 * The dictionary: which labels a series number stands for. All of it is in shared memory, so that a
 * query thread costs no copy of it.
 *
 * ```
 * symbols   number → bytes of a label name or value, each text once
 * pairs     number → (name symbol, value symbol), each pair once
 * series    number → place in `lists` + 1; 0: there is none
 * lists     count, pair, pair, … in the order of label names
 * ```
 */
import { type LabelSource, Labels, METRIC_NAME } from '@weir/model'

import {
  ByteTable,
  HashSlots,
  WordTable,
  hashBytes,
  hashPair,
  type TableTell,
} from './shared-table.ts'

/** Words of the shared header: how much of each table is published. */
export const SYMBOL_COUNT = 0
export const PAIR_COUNT = 1
export const SERIES_COUNT = 2

/** Texts kept as strings: a power of two. */
const TEXTS_KEPT = 4096
/** Longer ones are not kept. */
const TEXT_KEPT_BYTES = 256
/** Symbols of label names kept. */
const SYMBOLS_KEPT = 8192

const encoder = new TextEncoder()

export class DictionaryView implements LabelSource {
  readonly header: Int32Array
  readonly text: ByteTable
  /** Two words a symbol: where, how long. */
  readonly symbols: WordTable
  /** Two words a pair: name, value. */
  readonly pairs: WordTable
  readonly series: WordTable
  readonly lists: WordTable
  readonly symbolSlots: HashSlots
  readonly pairSlots: HashSlots
  readonly #texts: string[] = []
  readonly #textOf = new Int32Array(TEXTS_KEPT).fill(-1)
  /** Symbols of texts that were asked for. */
  readonly #known = new Map<string, number>()

  constructor(header: SharedArrayBuffer, tell?: TableTell) {
    this.header = new Int32Array(header)
    this.text = new ByteTable('text', 18, tell)
    this.symbols = new WordTable('symbols', 13, tell)
    this.pairs = new WordTable('pairs', 13, tell)
    this.series = new WordTable('series', 13, tell)
    this.lists = new WordTable('lists', 15, tell)
    this.symbolSlots = new HashSlots('symbolSlots', tell)
    this.pairSlots = new HashSlots('pairSlots', tell)
  }

  /** Hears of a segment that the writer made. */
  adopt(name: string, index: number, shared: SharedArrayBuffer): void {
    switch (name) {
      case 'text':
        return this.text.adopt(index, shared)
      case 'symbols':
        return this.symbols.adopt(index, shared)
      case 'pairs':
        return this.pairs.adopt(index, shared)
      case 'series':
        return this.series.adopt(index, shared)
      case 'lists':
        return this.lists.adopt(index, shared)
      case 'symbolSlots':
        return this.symbolSlots.adopt(index, shared)
      default:
        return this.pairSlots.adopt(index, shared)
    }
  }

  /** Series numbers below this are published. */
  get seriesCount(): number {
    return Atomics.load(this.header, SERIES_COUNT)
  }

  get pairCount(): number {
    return Atomics.load(this.header, PAIR_COUNT)
  }

  get symbolCount(): number {
    return Atomics.load(this.header, SYMBOL_COUNT)
  }

  /** The text of a symbol; of each slot the last one is kept, so that names and common values are one string. */
  /** Whether a symbol's text begins with these bytes. */
  beginsWith(symbol: number, bytes: Uint8Array): boolean {
    const { length } = bytes
    if (this.symbols.get(symbol * 2 + 1) < length) return false
    const at = this.symbols.get(symbol * 2)
    const segment = this.text.segments[at >>> this.text.shift]!
    const start = at & ((1 << this.text.shift) - 1)
    for (let i = 0; i < length; i++) if (segment[start + i] !== bytes[i]) return false
    return true
  }

  symbolText(symbol: number): string {
    const slot = symbol & (TEXTS_KEPT - 1)
    if (this.#textOf[slot] === symbol) return this.#texts[slot]!
    const length = this.symbols.get(symbol * 2 + 1)
    const text = this.text.text(this.symbols.get(symbol * 2), length)
    if (length > TEXT_KEPT_BYTES) return text
    this.#texts[slot] = text
    this.#textOf[slot] = symbol
    return text
  }

  pairName(pair: number): number {
    return this.pairs.get(pair * 2)
  }

  pairValue(pair: number): number {
    return this.pairs.get(pair * 2 + 1)
  }

  /** The symbol with these bytes; -1 when there is none. */
  findSymbol(bytes: Uint8Array, from: number, to: number): number {
    const { slots } = this.symbolSlots
    const mask = slots.length - 1
    for (let slot = hashBytes(bytes, from, to) & mask; ; slot = (slot + 1) & mask) {
      const entry = Atomics.load(slots, slot)
      if (entry === 0) return -1
      if (this.#isSymbol(entry - 1, bytes, from, to)) return entry - 1
    }
  }

  /** The pair of two symbols; -1 when there is none. */
  findPair(name: number, value: number): number {
    const { slots } = this.pairSlots
    const mask = slots.length - 1
    for (let slot = hashPair(name, value) & mask; ; slot = (slot + 1) & mask) {
      const entry = Atomics.load(slots, slot)
      if (entry === 0) return -1
      const pair = entry - 1
      if (!this.pairs.has(pair * 2)) continue
      if (this.pairName(pair) === name && this.pairValue(pair) === value) return pair
    }
  }

  /** Place of a series' list in `lists`; -1 when there is none. */
  listOf(series: number): number {
    return this.series.get(series) - 1
  }

  labels(series: number): Labels {
    const at = this.listOf(series)
    return at < 0 ? Labels.EMPTY : Labels.later(this, at)
  }

  /** A number that series of one metric name share, and no others: 0 without a name. */
  metricOf(series: number): number {
    const at = this.listOf(series)
    if (at < 0) return 0
    const name = this.symbolOf(METRIC_NAME)
    const count = this.lists.get(at)
    for (let i = 1; i <= count; i++) {
      const pair = this.lists.get(at + i)
      if (this.pairName(pair) === name) return this.pairValue(pair) + 1
    }
    return 0
  }

  /** @param at place in `lists` */
  flatAt(at: number): readonly string[] {
    const flat: string[] = []
    const count = this.lists.get(at)
    for (let i = 1; i <= count; i++) {
      const pair = this.lists.get(at + i)
      flat.push(this.symbolText(this.pairName(pair)), this.symbolText(this.pairValue(pair)))
    }
    return flat
  }

  /** @param at place in `lists` */
  valueAt(at: number, name: string): string {
    const symbol = this.symbolOf(name)
    const count = this.lists.get(at)
    for (let i = 1; i <= count; i++) {
      const pair = this.lists.get(at + i)
      if (this.pairName(pair) === symbol) return this.symbolText(this.pairValue(pair))
    }
    return ''
  }

  /** The symbol of a text; -1 when no series has it. */
  symbolOf(text: string): number {
    const known = this.#known.get(text)
    if (known !== undefined) return known
    const bytes = encoder.encode(text)
    const symbol = this.findSymbol(bytes, 0, bytes.length)
    // What is not there today may come.
    if (symbol < 0) return symbol
    if (this.#known.size >= SYMBOLS_KEPT) this.#known.clear()
    this.#known.set(text, symbol)
    return symbol
  }

  #isSymbol(symbol: number, bytes: Uint8Array, from: number, to: number): boolean {
    if (!this.symbols.has(symbol * 2)) return false // newer than this reader's view
    const length = this.symbols.get(symbol * 2 + 1)
    if (length !== to - from) return false
    const at = this.symbols.get(symbol * 2)
    const segment = this.text.segments[at >>> this.text.shift]
    if (segment === undefined) return false
    const start = at & ((1 << this.text.shift) - 1)
    for (let i = 0; i < length; i++) if (segment[start + i] !== bytes[from + i]) return false
    return true
  }
}
