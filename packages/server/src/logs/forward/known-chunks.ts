/**
 * Chunks that were taken lately, by the ids that their senders gave them. A sender that saw no acknowledgement
 * in time sends the chunk again, to be sure; here it is seen that it is known.
 */
export class KnownChunks {
  readonly #max: number
  /** Oldest first; true once it is durable, else what says so or fails. */
  readonly #known = new Map<string, Promise<void> | true>()

  constructor(max: number) {
    this.#max = max
  }

  /** What became of a chunk with this id: true, on its way, or undefined when there was none lately. */
  get(id: string): Promise<void> | true | undefined {
    return this.#known.get(id)
  }

  /** Remembers a chunk that is on its way; forgets it when it does not arrive. */
  add(id: string, kept: Promise<void>): void {
    if (this.#max === 0) return
    this.#known.set(id, kept)
    if (this.#known.size > this.#max) {
      const [oldest] = this.#known.keys()
      this.#known.delete(oldest!)
    }
    kept.then(
      () => this.#known.has(id) && this.#known.set(id, true),
      () => this.#known.delete(id),
    )
  }
}
