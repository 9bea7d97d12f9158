import type { Told } from './told.ts'

/** Called with what came since; resolves when it is on the disk. */
export type KeepEvents = (batch: readonly Told[]) => Promise<void>

/**
 * Carries events from the intake to where they are kept, a batch at a time: what comes while one is under way
 * waits, and beyond the limit is refused.
 */
export class EventSender implements AsyncDisposable {
  readonly #keep: KeepEvents
  readonly #queuedMax: number
  readonly #onLost: (count: number, error: unknown) => void
  #waiting: Told[] = []
  #sending: Promise<void> | undefined

  constructor(options: {
    readonly keep: KeepEvents
    readonly queuedMax: number
    /** A batch could not be written. */
    readonly onLost: (count: number, error: unknown) => void
  }) {
    this.#keep = options.keep
    this.#queuedMax = options.queuedMax
    this.#onLost = options.onLost
  }

  /** False when there is no room. */
  push(event: Told): boolean {
    if (this.#waiting.length >= this.#queuedMax) return false
    this.#waiting.push(event)
    this.#sending ??= this.#send()
    return true
  }

  /** Waits until all that was pushed is kept. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#sending
  }

  async #send(): Promise<void> {
    while (this.#waiting.length > 0) {
      await Promise.resolve() // the rest of the packet joins the batch
      const batch = this.#waiting
      this.#waiting = []
      try {
        await this.#keep(batch)
      } catch (error) {
        this.#onLost(batch.length, error)
      }
    }
    this.#sending = undefined
  }
}
