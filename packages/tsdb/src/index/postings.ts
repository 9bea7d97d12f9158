import type { DictionaryView } from './dictionary-view.ts'

const NONE = new Uint32Array(0)

/** A growing list of numbers. */
class NumberList {
  #numbers: Uint32Array
  #count: number

  /** @param numbers what is in it at first */
  constructor(numbers = NONE) {
    this.#numbers = numbers
    this.#count = numbers.length
  }

  push(number: number): void {
    if (this.#count === this.#numbers.length) {
      const grown = new Uint32Array(Math.max(4, this.#count * 2))
      grown.set(this.#numbers)
      this.#numbers = grown
    }
    this.#numbers[this.#count++] = number
  }

  get length(): number {
    return this.#count
  }

  /** Puts a mark at each number that is in it. */
  mark(present: Uint8Array): void {
    const numbers = this.#numbers
    for (let i = 0; i < this.#count; i++) present[numbers[i]!] = 1
  }

  /** What is in it; valid until the next push. */
  get view(): Uint32Array {
    return this.#numbers.subarray(0, this.#count)
  }
}

/** Conditions whose answers are remembered, and pairs in these answers: 8 MiB a reader at most. */
const REMEMBERED_MAX = 200
const REMEMBERED_PAIRS_MAX = 2_000_000

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
  /** By label name and condition: pairs that pass, and how many of the name's were asked. */
  readonly #remembered = new Map<string, { readonly pairs: NumberList; asked: number }>()

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
    if (this.#known === 0) this.#begin(end, pairEnd)
    for (; this.#known < end; this.#known++) {
      const series = this.#known
      const at = this.#view.listOf(series)
      if (at < 0 || this.#gone.has(series)) continue
      this.#all.push(series)
      const count = lists.get(at)
      for (let i = 1; i <= count; i++) this.#add(lists.get(at + i), series)
    }
  }

  /**
   * Takes in the first series, all at once: how many carry each pair is counted, and then the lists lie
   * one behind the other in one array. A third of the time that it takes to let each list grow.
   */
  #begin(end: number, pairEnd: number): void {
    const { lists } = this.#view
    const within = (1 << lists.shift) - 1
    const counts = new Uint32Array(pairEnd)
    const all = new Uint32Array(end)
    let known = 0
    for (let series = 0; series < end; series++) {
      const at = this.#view.listOf(series)
      if (at < 0 || this.#gone.has(series)) continue
      all[known++] = series
      const words = lists.segments[at >>> lists.shift]! // a list never goes on in the next
      const from = (at & within) + 1
      const to = from + words[from - 1]!
      for (let i = from; i < to; i++) counts[words[i]!]!++
    }
    this.#all = new NumberList(all.subarray(0, known))
    this.#known = end
    const places = new Uint32Array(pairEnd)
    let total = 0
    for (let pair = 0; pair < pairEnd; pair++) {
      places[pair] = total
      if (counts[pair]! > 1) total += counts[pair]!
    }
    const single = new Uint32Array(Math.max(1024, pairEnd))
    const numbers = new Uint32Array(total)
    for (let k = 0; k < known; k++) {
      const series = all[k]!
      const at = this.#view.listOf(series)
      const words = lists.segments[at >>> lists.shift]!
      const from = (at & within) + 1
      const to = from + words[from - 1]!
      for (let i = from; i < to; i++) {
        const pair = words[i]!
        if (counts[pair] === 1) single[pair] = series + 1
        else numbers[places[pair]!++] = series
      }
    }
    this.#single = single
    for (let pair = 0; pair < pairEnd; pair++) {
      const to = places[pair]!
      const count = counts[pair]!
      if (count > 1) this.#lists.set(pair, new NumberList(numbers.subarray(to - count, to)))
    }
  }

  /** Takes series out. When they are many, everything is made anew. */
  drop(series: Uint32Array): void {
    for (const number of series) this.#gone.add(number)
    if (this.#gone.size * 4 < this.#known) return
    this.#lists = new Map()
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

  /**
   * The pairs of a label name that pass. Which ones is remembered under the key, so that a value is
   * asked once in its life and not at each query.
   */
  remembered(nameSymbol: number, key: string, passes: (pair: number) => boolean): Uint32Array {
    const all = this.pairsOf(nameSymbol)
    const fullKey = `${nameSymbol} ${key}`
    const known = this.#remembered.get(fullKey) ?? { pairs: new NumberList(), asked: 0 }
    for (; known.asked < all.length; known.asked++) {
      if (passes(all[known.asked]!)) known.pairs.push(all[known.asked]!)
    }
    // Taken out and put in again it is the newest; the oldest goes first.
    this.#remembered.delete(fullKey)
    this.#remembered.set(fullKey, known)
    this.#forgetOldest()
    return known.pairs.view
  }

  #forgetOldest(): void {
    let pairs = 0
    for (const known of this.#remembered.values()) pairs += known.pairs.length
    for (const [key, known] of this.#remembered) {
      if (this.#remembered.size <= REMEMBERED_MAX && pairs <= REMEMBERED_PAIRS_MAX) return
      if (this.#remembered.size === 1) return
      pairs -= known.pairs.length
      this.#remembered.delete(key)
    }
  }

  /** The series that carry one of several pairs of one label, ascending: no series has two of them. */
  union(pairs: Uint32Array): Uint32Array {
    if (pairs.length === 0) return NONE
    if (pairs.length === 1) return this.of(pairs[0]!)
    let total = 0
    for (let i = 0; i < pairs.length; i++) total += this.#lists.get(pairs[i]!)?.length ?? 1
    if (total > this.#known >>> 5) return this.#live(this.#marked(pairs))
    const all = new Uint32Array(total)
    let at = 0
    for (let i = 0; i < pairs.length; i++) {
      const list = this.#lists.get(pairs[i]!)
      const single = this.#single[pairs[i]!] ?? 0
      if (list !== undefined) {
        all.set(list.view, at)
        at += list.length
      } else if (single > 0) {
        all[at++] = single - 1
      }
    }
    return this.#live(all.subarray(0, at).sort())
  }

  /** The same by a mark for each series: sorting many costs more. */
  #marked(pairs: Uint32Array): Uint32Array {
    const present = new Uint8Array(this.#known)
    let count = 0
    for (let i = 0; i < pairs.length; i++) {
      const pair = pairs[i]!
      const list = this.#lists.get(pair)
      const single = this.#single[pair] ?? 0
      if (list !== undefined) {
        list.mark(present)
        count += list.length
      } else if (single > 0) {
        present[single - 1] = 1
        count++
      }
    }
    const all = new Uint32Array(count)
    let at = 0
    for (let series = 0; series < present.length; series++) {
      if (present[series] === 1) all[at++] = series
    }
    return all.subarray(0, at)
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
