import type { Clock } from '@weir/model'

/** Requests that wait for something to change, one of each process. */
export class HeldPolls {
  readonly #clock: Clock
  readonly #waiting = new Map<string, Held>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /**
   * Resolves when the process is to be answered: it was woken, it asked anew, the time is over, or the signal
   * aborts.
   *
   * @param version of what it knows
   */
  async wait(
    instance: string,
    version: string,
    waitMs: number,
    signal: AbortSignal,
  ): Promise<void> {
    this.#waiting.get(instance)?.over.abort()
    const over = new AbortController()
    const held = { version, over }
    this.#waiting.set(instance, held)
    const end = (): void => over.abort()
    signal.addEventListener('abort', end, { once: true })
    if (signal.aborted) end()
    // Whatever ends it, it is answered.
    await this.#clock.sleep(waitMs, over.signal).catch(() => undefined)
    signal.removeEventListener('abort', end)
    if (this.#waiting.get(instance) === held) this.#waiting.delete(instance)
  }

  isHeld(instance: string): boolean {
    return this.#waiting.has(instance)
  }

  /** Answers those whose version is no longer the current one. */
  wake(versionOf: (instance: string) => string): void {
    for (const [instance, { version, over }] of this.#waiting) {
      if (versionOf(instance) !== version) over.abort()
    }
  }
}

interface Held {
  readonly version: string
  readonly over: AbortController
}
