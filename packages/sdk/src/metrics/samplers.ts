/** What is asked for only when somebody reads: runs before metrics are told. */
export class SamplerSet {
  readonly #samplers = new Set<() => void>()
  #hasRun = false

  add(sampler: () => void): () => void {
    this.#samplers.add(sampler)
    return () => this.#samplers.delete(sampler)
  }

  run(): void {
    for (const sampler of this.#samplers) sampler()
  }

  /** For libraries that ask each gauge in turn: runs once for all that are asked in one go. */
  runOnce(): void {
    if (this.#hasRun) return
    this.#hasRun = true
    queueMicrotask(() => {
      this.#hasRun = false
    })
    this.run()
  }
}
