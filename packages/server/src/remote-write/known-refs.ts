import type { Appender, SeriesRef } from '@weir/model'
import { Labels } from '@weir/model'
import { type WriteReader, seriesLabels } from '@weir/wire'

/** In place of an appender's number: a series that cannot be kept, and one not looked at yet. */
const BAD = -1
const NEW = -2

/**
 * What a reader's numbers of series are to the appender. Labels are decoded when a series is first
 * met and never again; a sender that changes how it writes a series gets a second number of the
 * reader for it, which leads to the same series.
 */
export class KnownRefs {
  readonly reader: WriteReader
  readonly #appender: Appender
  #refs = new Int32Array(1024).fill(NEW)

  constructor(reader: WriteReader, appender: Appender) {
    this.reader = reader
    this.#appender = appender
  }

  /** Numbers of the appender by the reader's, for all that the last batch names; negative ones are bad or new. */
  column(): Int32Array {
    const { seriesCount } = this.reader
    if (seriesCount > this.#refs.length) {
      const refs = new Int32Array(seriesCount * 2).fill(NEW)
      refs.set(this.#refs)
      this.#refs = refs
    }
    return this.#refs
  }

  /** The appender's number of a series; negative when its labels are none. */
  find(series: number): number {
    const known = this.#refs[series]!
    if (known !== NEW) return known
    const labels = this.#labels(series)
    const ref = labels instanceof Labels ? this.#appender.ref(labels) : BAD
    this.#refs[series] = ref
    return ref
  }

  /** A series as its sender wrote it and what is wrong with it, for a person. */
  tell(series: number, wrong = String(this.#labels(series))): string {
    const pairs = this.reader.pairs(series) ?? []
    const named = pairs.flatMap((name, i) =>
      i % 2 === 0 ? [`${name}=${JSON.stringify(pairs[i + 1])}`] : [],
    )
    return `{${named.join(', ').slice(0, 300)}}: ${wrong}`
  }

  /** Gives the appender its numbers back. */
  release(): void {
    for (let series = 0; series < this.reader.seriesCount; series++) {
      const ref = this.#refs[series]!
      if (ref >= 0) this.#appender.release(ref as SeriesRef)
    }
  }

  #labels(series: number): Labels | string {
    const pairs = this.reader.pairs(series)
    return pairs === undefined ? 'a label is no UTF-8' : seriesLabels(pairs)
  }
}
