import type { Appender, Labels, RejectReason, SeriesRef } from '@weir/model'
import { ByteKeys } from '@weir/wire'
import type { Generation } from './generations.ts'

/** In place of an appender's number: not looked at yet; cannot be kept, for a reason. */
const NEW = -1
const BAD_LABELS = -2
const LABEL_LIMIT = -3

/**
 * Series by the bytes with which a sender names them, whatever these bytes are: the raw text of name
 * and tags, the encoded attributes. What is known costs a comparison and no decoding; labels are made
 * when a key is first met. Two keys may lead to one series.
 *
 * ```
 * const key = refs.keyOf(view, from, to)
 * let ref = refs.refOf(key)
 * if (ref === undefined) ref = refs.name(key, labelsOf(bytes, from, to))
 * if (ref < 0) count(refs.reasonOf(key))
 * else appender.append(ref as SeriesRef, timeMs, value)
 * ```
 */
export class SeriesRefs implements Generation {
  readonly #appender: Appender
  readonly #keys: ByteKeys
  #refs = new Int32Array(256).fill(NEW)
  #labelBytes = 0
  #previous = -1

  /** @param seed any number that senders cannot know */
  constructor(appender: Appender, seed: number) {
    this.#appender = appender
    this.#keys = new ByteKeys(seed)
  }

  get seriesCount(): number {
    return this.#keys.size
  }

  get heldBytes(): number {
    return this.#keys.keyBytes + this.#labelBytes
  }

  /**
   * The number of the key `[from, to)`, from 0 up; `KEY_SLACK` bytes behind it must be readable. Keys
   * that come in the order of the last request cost one comparison.
   */
  keyOf(view: DataView, from: number, to: number): number {
    const keys = this.#keys
    const expected = keys.expected(this.#previous)
    const stands =
      expected >= 0 && keys.byteLength(expected) === to - from && keys.stands(expected, view, from)
    this.#previous = stands ? expected : keys.find(view, from, to, this.#previous)
    return this.#previous
  }

  /** The appender's number for a key, negative when its labels are none; undefined when the key is new. */
  refOf(key: number): number | undefined {
    const ref = key < this.#refs.length ? this.#refs[key]! : NEW
    return ref === NEW ? undefined : ref
  }

  /** Says what a new key stands for: labels, or why it has none. Gives what {@link refOf} will give. */
  name(key: number, labels: Labels | Extract<RejectReason, 'bad_labels' | 'label_limit'>): number {
    if (key >= this.#refs.length) {
      const refs = new Int32Array(Math.max(key + 1, this.#refs.length * 2)).fill(NEW)
      refs.set(this.#refs)
      this.#refs = refs
    }
    const refused = labels === 'bad_labels' ? BAD_LABELS : LABEL_LIMIT
    const ref = typeof labels === 'string' ? refused : this.#appender.ref(labels)
    // The appender keeps the labels of a number too.
    if (ref >= 0) this.#labelBytes += this.#keys.byteLength(key)
    this.#refs[key] = ref
    return ref
  }

  /** Why a key has no number. */
  reasonOf(key: number): RejectReason {
    return this.#refs[key] === BAD_LABELS ? 'bad_labels' : 'label_limit'
  }

  release(): void {
    for (let key = 0; key < this.#keys.size; key++) {
      const ref = this.refOf(key)
      if (ref !== undefined && ref >= 0) this.#appender.release(ref as SeriesRef)
    }
  }
}
