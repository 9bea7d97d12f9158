/** Things opened in order, closed in reverse: `AsyncDisposableStack`, which Node 20 lacks, as far as we need it. */
export class Closers implements AsyncDisposable {
  readonly #open: AsyncDisposable[] = []
  #closing: AsyncDisposable | undefined

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

  /** What is still open, in the order in which it closes: what it is called. */
  get left(): string[] {
    const open = this.#closing === undefined ? this.#open : [...this.#open, this.#closing]
    const names = open.toReversed().map(nameOf)
    return names.filter((name) => name !== '')
  }

  /** Closes all, even when some fail; the first failure is thrown at the end. */
  async [Symbol.asyncDispose](): Promise<void> {
    const failures: unknown[] = []
    while (this.#open.length > 0) {
      try {
        this.#closing = this.#open.pop()!
        await this.#closing[Symbol.asyncDispose]()
      } catch (error) {
        failures.push(error)
      }
    }
    this.#closing = undefined
    if (failures.length > 0) throw failures[0] as Error
  }
}

/** A thread by its name, others by their kind; what was only remembered has none. */
function nameOf(thing: AsyncDisposable): string {
  const { name } = thing as { readonly name?: unknown }
  if (typeof name === 'string') return name
  const kind = thing.constructor.name
  return kind === 'Object' ? '' : kind
}
