import type { Appender, RejectReason, SeriesRef } from '@weir/model'
import { Labels } from '@weir/model'
import { type WriteReader, WriteReaderV1, WriteReaderV2, seriesLabels } from '@weir/wire'
import type { Generation } from '../push/generations.ts'
import { type LabelLimits, areTooLong } from '../push/label-limits.ts'
import { BEYOND_TOKEN, refusalsOf } from '../push/token-appender.ts'

/** In place of an appender's number: a series that cannot be kept for either reason, and one not looked at yet. */
const BAD = -1
const TOO_LONG = -2
const NEW = -3

const TOO_LONG_TEXT = 'its labels are too many or too long'

/**
 * What a reader's numbers of series are to the appender. Labels are decoded when a series is first
 * met and never again; a sender that changes how it writes a series gets a second number of the
 * reader for it, which leads to the same series.
 */
export class KnownRefs {
  readonly reader: WriteReader
  readonly #appender: Appender
  readonly #limits: LabelLimits
  #refs = new Int32Array(1024).fill(NEW)
  #textBytes = 0
  #textBytesMax = 0
  /** Series beyond their token, and the text that the last request had of such. */
  #beyond: number[] = []
  #beyondBytes = 0
  #refusals: object | undefined

  constructor(reader: WriteReader, appender: Appender, limits: LabelLimits) {
    this.#limits = limits
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

  /** What the labels handed to the appender take, for those who bound it. */
  get textBytes(): number {
    return this.#textBytes
  }

  /** A new request: so much text of new series it may bring. */
  allow(newTextBytes: number): void {
    const refusals = refusalsOf(this.#appender)
    if (refusals === undefined || refusals !== this.#refusals) {
      for (const series of this.#beyond) this.#refs[series] = NEW
      this.#beyond = []
      this.#refusals = refusals
    }
    this.#textBytes -= this.#beyondBytes
    this.#beyondBytes = 0
    this.#textBytesMax = this.#textBytes + newTextBytes
  }

  /** The appender's number of a series; negative when its labels are none. */
  find(series: number): number {
    const known = this.#refs[series]!
    if (known !== NEW) return known
    // Symbols of 2.0 may be used again and again: a small request can name gigabytes of labels.
    const textBytes = this.reader.textBytes(series)
    if (this.#textBytes + textBytes > this.#textBytesMax) return TOO_LONG
    this.#textBytes += textBytes
    const labels = this.#labels(series)
    const bad = labels === TOO_LONG_TEXT ? TOO_LONG : BAD
    const ref = labels instanceof Labels ? this.#appender.ref(labels) : bad
    this.#refs[series] = ref
    if (ref === BEYOND_TOKEN) {
      this.#beyond.push(series)
      this.#beyondBytes += textBytes
    }
    return ref
  }

  /** Why {@link find} gives no number. */
  reasonOf(series: number): RejectReason {
    return this.#refs[series] === BAD ? 'bad_labels' : 'label_limit'
  }

  /** A series as its sender wrote it and what is wrong with it, for a person. */
  tell(series: number, wrong?: string): string {
    const pairs = this.reader.pairs(series)
    const labels = this.#labels(series)
    const why = wrong ?? (labels instanceof Labels ? TOO_LONG_TEXT : labels)
    if (typeof pairs === 'string') return why
    const shown = pairs.slice(0, 40).map((text) => text.slice(0, 300))
    const named = shown.flatMap((name, i) =>
      i % 2 === 0 ? [`${name}=${JSON.stringify(shown[i + 1])}`] : [],
    )
    return `{${named.join(', ').slice(0, 300)}}: ${why}`
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
    if (pairs === 'not_utf8') return 'a label is no UTF-8'
    if (pairs === 'too_long' || areTooLong(pairs, this.#limits)) return TOO_LONG_TEXT
    return seriesLabels(pairs)
  }
}

/** What both versions know: one generation. */
export class BothVersions implements Generation {
  readonly '1.0': KnownRefs
  readonly '2.0': KnownRefs

  constructor(appender: Appender, limits: LabelLimits, seed: number) {
    this['1.0'] = new KnownRefs(new WriteReaderV1(seed), appender, limits)
    this['2.0'] = new KnownRefs(new WriteReaderV2(seed), appender, limits)
  }

  get seriesCount(): number {
    return this['1.0'].reader.seriesCount + this['2.0'].reader.seriesCount
  }

  get heldBytes(): number {
    const [one, two] = [this['1.0'], this['2.0']]
    return one.reader.heldBytes + two.reader.heldBytes + two.textBytes
  }

  release(): void {
    this['1.0'].release()
    this['2.0'].release()
  }
}
