/**
 * A controller that aborts when a signal does, and lets go of it in the end. `AbortSignal.any` would
 * leave something behind on the longer-lived signal, once a request, for as long as Weir runs.
 */
export class LinkedAbort implements Disposable {
  readonly #own = new AbortController()
  readonly #parent: AbortSignal
  readonly #onAbort = (): void => this.#own.abort(this.#parent.reason)

  constructor(parent: AbortSignal) {
    this.#parent = parent
    if (parent.aborted) this.#onAbort()
    else parent.addEventListener('abort', this.#onAbort)
  }

  get signal(): AbortSignal {
    return this.#own.signal
  }

  abort(): void {
    this.#own.abort(new Error('no longer waited for'))
  }

  [Symbol.dispose](): void {
    this.#parent.removeEventListener('abort', this.#onAbort)
  }
}
