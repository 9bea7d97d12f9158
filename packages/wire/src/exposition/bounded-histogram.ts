import { CUSTOM_BUCKETS_SCHEMA, type NativeHistogram } from '@weir/model'

/**
 * The series of one classic histogram, gathered to become one native histogram with the same bounds.
 * Made to be reused.
 *
 * @see prometheus:util/convertnhcb/convertnhcb.go
 */
export class BoundedHistogram {
  readonly #bounds: number[] = []
  readonly #counts: number[] = []
  #count = 0
  #hasCount = false
  #sum = 0
  #isBroken = false

  clear(): void {
    this.#bounds.length = 0
    this.#counts.length = 0
    this.#count = 0
    this.#hasCount = false
    this.#sum = 0
    this.#isBroken = false
  }

  setCount(count: number): void {
    if (!(count >= 0)) this.#isBroken = true
    this.#count = count
    this.#hasCount = true
  }

  setSum(sum: number): void {
    this.#sum = sum
  }

  /** A cumulative count; buckets may come in any order, of two with one bound the first stays. */
  setBucket(bound: number, count: number): void {
    const bounds = this.#bounds
    let at = bounds.length
    while (at > 0 && bounds[at - 1]! >= bound) at--
    if (bounds[at] === bound) return
    const below = at === 0 ? 0 : this.#counts[at - 1]!
    const above = this.#counts[at] ?? Number.POSITIVE_INFINITY
    if (!(count >= below && count <= above)) this.#isBroken = true
    bounds.splice(at, 0, bound)
    this.#counts.splice(at, 0, count)
  }

  /** The native histogram; undefined when counts fall from bucket to bucket, or the last is not the whole. */
  toNative(): NativeHistogram | undefined {
    if (this.#isBroken) return undefined
    const last = this.#counts.at(-1)
    const count = this.#hasCount || last === undefined ? this.#count : last
    const isOpen = this.#bounds.at(-1) !== Number.POSITIVE_INFINITY
    if (isOpen ? (last ?? 0) > count : last !== count) return undefined
    const cumulative = isOpen ? [...this.#counts, count] : this.#counts
    const bounds = isOpen ? this.#bounds : this.#bounds.slice(0, -1)
    return {
      isFloat: !cumulative.every((each) => Number.isInteger(each)),
      resetHint: 'unknown',
      schema: CUSTOM_BUCKETS_SCHEMA,
      zeroThreshold: 0,
      zeroCount: 0,
      count,
      sum: this.#sum,
      positiveSpans: Int32Array.of(0, cumulative.length),
      positive: Float64Array.from(cumulative, (each, i) => each - (cumulative[i - 1] ?? 0)),
      negativeSpans: new Int32Array(),
      negative: new Float64Array(),
      customValues: Float64Array.from(bounds),
    }
  }
}
