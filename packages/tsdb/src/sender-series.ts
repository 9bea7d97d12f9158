import { REJECT_REASONS } from '@weir/model'

import type { Core } from './core.ts'
import { ByteReader } from './codec/bytes.ts'
import { showLabels, skipLabels } from './index/label-bytes.ts'

const SERIES_LIMIT = -1 - REJECT_REASONS.indexOf('series_limit')

/** What a sender's own numbers mean to the store. */
export class SenderSeries {
  readonly #core: Core
  #numbers = new Int32Array(256)
  #count = 0
  /** Labels of refused series: for another try when there is room, and to show them. */
  readonly #refused = new Map<number, Uint8Array>()

  constructor(core: Core) {
    this.#core = core
  }

  /** The sender's next numbers stand for these labels, one series behind the other. */
  add(labels: Uint8Array): void {
    const input = new ByteReader(labels)
    while (input.at < labels.length) {
      if (this.#count === this.#numbers.length) {
        const grown = new Int32Array(this.#count * 2)
        grown.set(this.#numbers)
        this.#numbers = grown
      }
      this.#intern(this.#count++, input)
    }
  }

  /** Tries refused series again when there may be room for them. */
  retry(): void {
    const { dictionary, settings } = this.#core
    for (const [ref, labels] of this.#refused) {
      if (dictionary.liveCount >= settings.seriesMax) return
      if (this.#numbers[ref] === SERIES_LIMIT) this.#intern(ref, new ByteReader(labels))
    }
  }

  /** Series numbers (or negative reasons) for a column of the sender's numbers. */
  resolve(refs: Uint32Array): Int32Array {
    const { dictionary } = this.#core
    const series = new Int32Array(refs.length)
    for (let i = 0; i < refs.length; i++) {
      const ref = refs[i]!
      let number = this.#numbers[ref]!
      if (number >= 0 && !dictionary.isLive(number)) {
        number = dictionary.revive(number) // retention took it while its sender was silent
        this.#numbers[ref] = number
      }
      series[i] = number
    }
    return series
  }

  /** The labels of a sender's number, for a person. */
  show(ref: number): string {
    const refused = this.#refused.get(ref)
    if (refused !== undefined) return showLabels(refused)
    return this.#core.dictionary.labels(this.#numbers[ref]!).toString()
  }

  #intern(ref: number, input: ByteReader): void {
    const start = input.at
    const number = this.#core.dictionary.intern(input)
    input.at = start
    skipLabels(input)
    if (typeof number === 'number') {
      this.#numbers[ref] = number
      this.#refused.delete(ref)
    } else {
      this.#numbers[ref] = -1 - REJECT_REASONS.indexOf(number)
      this.#refused.set(ref, input.bytes.slice(start, input.at))
    }
  }
}
