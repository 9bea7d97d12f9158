import { Labels } from '@weir/model'
import type { Deleted } from '@weir/wire'
import type { Wanted } from './wanted.ts'

/** A series of the head, under however many numbers. */
export interface HeadSeries {
  /** Counted from 0 among those that are wanted; -1 for one that is not. */
  readonly number: number
  readonly pairs: readonly string[]
  readonly deleted: Deleted[]
  /** Time of the last sample that was in order. */
  lastMs: number
}

const UNWANTED: HeadSeries = { number: -1, pairs: [], deleted: [], lastMs: 0 }

/**
 * The series of a head by the numbers that its logs and chunks know them by. One that was gone for a while has
 * another number afterwards, and is the same all the same.
 */
export class HeadSeriesTable {
  readonly #byRef = new Map<number, HeadSeries>()
  readonly #byLabels = new Map<string, HeadSeries>()
  readonly #wanted: HeadSeries[] = []
  /** Names and values come again and again; each is in memory once. */
  readonly #texts = new Map<string, string>()
  readonly #matches: Wanted['matches']

  constructor(matches: Wanted['matches']) {
    this.#matches = matches
  }

  /** @param given `name, value, …` in order of name */
  add(ref: number, given: readonly string[]): void {
    if (this.#byRef.has(ref)) return
    if (!this.#matches(Labels.fromFlat(given))) {
      this.#byRef.set(ref, UNWANTED)
      return
    }
    const key = JSON.stringify(given)
    let series = this.#byLabels.get(key)
    if (series === undefined) {
      const pairs = given.map((text) => this.#once(text))
      series = {
        number: this.#wanted.length,
        pairs,
        deleted: [],
        lastMs: Number.NEGATIVE_INFINITY,
      }
      this.#wanted.push(series)
      this.#byLabels.set(key, series)
    }
    this.#byRef.set(ref, series)
  }

  #once(text: string): string {
    const known = this.#texts.get(text)
    if (known !== undefined) return known
    this.#texts.set(text, text)
    return text
  }

  /** All are known: what was needed to find them can go. */
  seal(): void {
    this.#byLabels.clear()
    this.#texts.clear()
  }

  get(ref: number): HeadSeries | undefined {
    return this.#byRef.get(ref)
  }

  pairs(number: number): readonly string[] {
    return this.#wanted[number]!.pairs
  }
}
