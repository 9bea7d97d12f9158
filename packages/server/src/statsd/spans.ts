/**
 * Spans of numbers in one growing array, with a free list for each length: what a histogram's buckets
 * or a series' references live in. A typed array for each would cost more than its content.
 */
export class Spans {
  values = new Float64Array(1024)
  #used = 0
  readonly #free = new Map<number, number[]>()

  /** A span of `length` zeros; the number is where it begins in `values`. */
  open(length: number): number {
    const free = this.#free.get(length)?.pop()
    if (free !== undefined) {
      this.values.fill(0, free, free + length)
      return free
    }
    const from = this.#used
    this.#used += length
    if (this.#used > this.values.length) {
      const grown = new Float64Array(Math.max(this.#used, this.values.length * 2))
      grown.set(this.values)
      this.values = grown
    }
    return from
  }

  close(from: number, length: number): void {
    const free = this.#free.get(length)
    if (free === undefined) this.#free.set(length, [from])
    else free.push(from)
  }
}
