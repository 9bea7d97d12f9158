/** Things opened in order, closed in reverse: `AsyncDisposableStack`, which Node 20 lacks, as far as we need it. */
export class Closers implements AsyncDisposable {
  readonly #open: AsyncDisposable[] = []

  /** Remembers a thing to close and gives it back. */
  use<T extends AsyncDisposable>(thing: T): T {
    this.#open.push(thing)
    return thing
  }

  /** Remembers something to do at closing. */
  defer(close: () => Promise<void> | void): void {
    this.use({
      async [Symbol.asyncDispose]() {
        await close()
      },
    })
  }

  /** Closes all, even when some fail; the first failure is thrown at the end. */
  async [Symbol.asyncDispose](): Promise<void> {
    const failures: unknown[] = []
    while (this.#open.length > 0) {
      try {
        await this.#open.pop()![Symbol.asyncDispose]()
      } catch (error) {
        failures.push(error)
      }
    }
    if (failures.length > 0) throw failures[0] as Error
  }
}
