import type { DictionaryView } from './dictionary-view.ts'

/** A growing list of numbers. */
class NumberList {
  #numbers = new Uint32Array(4)
  #count = 0

  push(number: number): void {
    if (this.#count === this.#numbers.length) {
      const grown = new Uint32Array(this.#count * 2)
      grown.set(this.#numbers)
      this.#numbers = grown
    }
    this.#numbers[this.#count++] = number
  }

  /** What is in it; valid until the next push. */
  get view(): Uint32Array {
    return this.#numbers.subarray(0, this.#count)
  }
}

const NONE = new Uint32Array(0)

/**
 * Which series carry a label pair, and which pairs a label name has: a reader's own, made from the
 * shared dictionary as it grows.
 *
 * Most pairs of a store with many series belong to one series only (its instance, its pod). Those
 * cost four bytes in `#single`; a list begins with the second series.
 */
export class Postings {
  readonly #view: DictionaryView
  #single = new Uint32Array(1024)
  #lists = new Map<number, NumberList>()
  #pairsOf = new Map<number, NumberList>()
  #all = new NumberList()
  #known = 0
  #pairsKnown = 0
  #gone = new Set<number>()

  constructor(view: DictionaryView) {
    this.#view = view
  }

  /** Takes in series below `end` and pairs below `pairEnd`, which the dictionary has published. */
  catchUp(end: number, pairEnd: number): void {
    const { lists } = this.#view
    for (; this.#pairsKnown < pairEnd; this.#pairsKnown++) {
      const name = this.#view.pairName(this.#pairsKnown)
      let pairs = this.#pairsOf.get(name)
      if (pairs === undefined) this.#pairsOf.set(name, (pairs = new NumberList()))
      pairs.push(this.#pairsKnown)
    }
    for (; this.#known < end; this.#known++) {
      const series = this.#known
      const at = this.#view.listOf(series)
      if (at < 0 || this.#gone.has(series)) continue
      this.#all.push(series)
      const count = lists.get(at)
      for (let i = 1; i <= count; i++) this.#add(lists.get(at + i), series)
    }
  }

  /** Takes series out. When they are many, everything is made anew. */
  drop(series: Uint32Array): void {
    for (const number of series) this.#gone.add(number)
    if (this.#gone.size * 4 < this.#known) return
    this.#single = new Uint32Array(1024)
    this.#lists = new Map()
    this.#all = new NumberList()
    this.#known = 0
  }

  /** All series, ascending. */
  all(): Uint32Array {
    return this.#live(this.#all.view)
  }

  /** The series that carry a pair, ascending. */
  of(pair: number): Uint32Array {
    const list = this.#lists.get(pair)
    if (list !== undefined) return this.#live(list.view)
    const single = this.#single[pair] ?? 0
    return single === 0 ? NONE : this.#live(Uint32Array.of(single - 1))
  }

  /** The pairs of a label name, in no order. */
  pairsOf(nameSymbol: number): Uint32Array {
    return this.#pairsOf.get(nameSymbol)?.view ?? NONE
  }

  /** The symbols that are label names. */
  names(): Iterable<number> {
    return this.#pairsOf.keys()
  }

  #add(pair: number, series: number): void {
    const list = this.#lists.get(pair)
    if (list !== undefined) {
      list.push(series)
      return
    }
    if (pair >= this.#single.length) {
      const grown = new Uint32Array(Math.max(pair + 1, this.#single.length * 2))
      grown.set(this.#single)
      this.#single = grown
    }
    const single = this.#single[pair]!
    if (single === 0) {
      this.#single[pair] = series + 1
      return
    }
    const fresh = new NumberList()
    fresh.push(single - 1)
    fresh.push(series)
    this.#lists.set(pair, fresh)
  }

  #live(series: Uint32Array): Uint32Array {
    if (this.#gone.size === 0) return series
    return series.filter((number) => !this.#gone.has(number))
  }
}
