import { REJECT_REASONS, type RejectReason } from '@weir/model'

import type { Core } from './core.ts'
import { ByteReader } from './codec/bytes.ts'
import type { Dictionary } from './index/dictionary.ts'
import { showLabels, skipLabels } from './index/label-bytes.ts'
import type { SenderOptions } from './store.ts'

const reasonNumber = (reason: RejectReason): number => -1 - REJECT_REASONS.indexOf(reason)

const SERIES_LIMIT = reasonNumber('series_limit')
const METRIC_SERIES_LIMIT = reasonNumber('metric_series_limit')
/** A number that its sender gave back and uses all the same. */
const RELEASED = reasonNumber('bad_labels')

/** A series that was dropped, and that the dictionary has forgotten. */
const DROPPED = -1 - REJECT_REASONS.length

/** What a sender's own numbers mean to the store. */
export class SenderSeries {
  readonly #core: Core
  /** By the sender's number: the store's, or `-1 - reason` for a series that was refused. */
  #numbers = new Int32Array(256).fill(RELEASED)
  /** Labels of series that have no number now: refused ones, for another try, and dropped ones. */
  readonly #refused = new Map<number, Uint8Array>()
  /** `Dictionary.drops` when refused series were tried last. */
  #triedAt = 0

  /** Whether its samples may be of any age. */
  readonly takesHistory: boolean
  /** How much older than the newest sample of the store its samples may be. */
  readonly outOfOrderWindowMs: number

  constructor(core: Core, { takesHistory = false }: SenderOptions) {
    this.#core = core
    this.takesHistory = takesHistory
    this.outOfOrderWindowMs = takesHistory
      ? Number.POSITIVE_INFINITY
      : core.settings.outOfOrderWindowMs
  }

  /** The sender is gone, or begins anew. */
  close(): void {
    this.#core.senders.delete(this)
  }

  /** What the sender's new numbers stand for: number and labels, one series behind the other. */
  add(series: Uint8Array): void {
    const input = new ByteReader(series)
    if (series.length > 0) this.#core.senders.add(this)
    while (input.at < series.length) {
      const ref = input.varint()
      if (ref >= this.#numbers.length) {
        const grown = new Int32Array(Math.max(ref + 1, this.#numbers.length * 2)).fill(RELEASED)
        grown.set(this.#numbers)
        this.#numbers = grown
      }
      this.#intern(ref, input)
    }
  }

  /** Numbers that the sender gives back. */
  forget(released: readonly number[]): void {
    for (const ref of released) {
      this.#numbers[ref] = RELEASED
      this.#refused.delete(ref)
    }
  }

  /** Tries refused series again when others have gone. */
  retry(): void {
    const { dictionary } = this.#core
    if (this.#refused.size === 0 || this.#triedAt === dictionary.drops) return
    this.#triedAt = dictionary.drops
    for (const [ref, labels] of this.#refused) {
      const number = this.#numbers[ref]!
      if (number === SERIES_LIMIT || number === METRIC_SERIES_LIMIT) {
        this.#intern(ref, new ByteReader(labels))
      }
    }
  }

  /** Series numbers (or negative reasons) for a column of the sender's numbers. */
  resolve(refs: Uint32Array): Int32Array {
    const { dictionary } = this.#core
    const series = new Int32Array(refs.length)
    for (let i = 0; i < refs.length; i++) {
      const ref = refs[i]!
      const number = this.#numbers[ref]!
      if (number < 0) series[i] = number === DROPPED ? this.#wake(ref) : number
      else series[i] = dictionary.isLive(number) ? number : this.#revive(ref, number)
    }
    return series
  }

  /** The labels of a sender's number, for a person. */
  show(ref: number): string {
    const refused = this.#refused.get(ref)
    if (refused !== undefined) return showLabels(refused)
    const number = this.#numbers[ref]!
    return number < 0 ? '' : this.#core.dictionary.labels(number).toString()
  }

  /** Before a dictionary goes: keeps the labels of series that were dropped, which the next one will not know. */
  keepDropped(dictionary: Dictionary): void {
    for (let ref = 0; ref < this.#numbers.length; ref++) {
      const number = this.#numbers[ref]!
      if (number < 0 || dictionary.isLive(number)) continue
      this.#refused.set(ref, dictionary.labelBytes(number))
      this.#numbers[ref] = DROPPED
    }
  }

  #wake(ref: number): number {
    this.#intern(ref, new ByteReader(this.#refused.get(ref)!))
    return this.#numbers[ref]!
  }

  /** Retention took the series while its sender was silent. */
  #revive(ref: number, series: number): number {
    const { dictionary } = this.#core
    const revived = dictionary.revive(series)
    if (typeof revived !== 'number') this.#refused.set(ref, dictionary.labelBytes(series))
    return (this.#numbers[ref] = typeof revived === 'number' ? revived : reasonNumber(revived))
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
      this.#numbers[ref] = reasonNumber(number)
      this.#refused.set(ref, input.bytes.slice(start, input.at))
    }
  }
}
