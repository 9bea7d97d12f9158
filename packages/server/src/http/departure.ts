/**
 * Whether the client of a request has gone away. Most routes never ask; the signal for those that do
 * is made when they do.
 */
export class Departure {
  #reason: Error | undefined
  #gone: AbortController | undefined
  #either: AbortSignal | undefined

  /** The client has gone. */
  tell(reason: Error): void {
    this.#reason = reason
    this.#gone?.abort(reason)
  }

  /** Aborts when the client goes away, or has gone, and when the server stops; always the same one. */
  orStopping(stopping: AbortSignal): AbortSignal {
    if (this.#either !== undefined) return this.#either
    this.#gone = new AbortController()
    if (this.#reason !== undefined) this.#gone.abort(this.#reason)
    this.#either = AbortSignal.any([this.#gone.signal, stopping])
    return this.#either
  }
}
