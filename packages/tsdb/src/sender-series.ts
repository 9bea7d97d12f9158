import { REJECT_REASONS } from '@weir/model'

import type { Core } from './core.ts'
import { showLabelBytes } from './index/label-bytes.ts'

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

  /** The sender's next number stands for these labels. */
  add(labels: Uint8Array): void {
    if (this.#count === this.#numbers.length) {
      const grown = new Int32Array(this.#count * 2)
      grown.set(this.#numbers)
      this.#numbers = grown
    }
    this.#intern(this.#count++, labels)
  }

  /** Tries refused series again when there may be room for them. */
  retry(): void {
    const { dictionary, settings } = this.#core
    for (const [ref, labels] of this.#refused) {
      if (dictionary.liveCount >= settings.seriesMax) return
      if (this.#numbers[ref] === SERIES_LIMIT) this.#intern(ref, labels)
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
    if (refused !== undefined) return showLabelBytes(refused)
    return this.#core.dictionary.labels(this.#numbers[ref]!).toString()
  }

  #intern(ref: number, labels: Uint8Array): void {
    const number = this.#core.dictionary.intern(labels)
    if (typeof number === 'number') {
      this.#numbers[ref] = number
      this.#refused.delete(ref)
    } else {
      this.#numbers[ref] = -1 - REJECT_REASONS.indexOf(number)
      this.#refused.set(ref, labels)
    }
  }
}
