/** Lets so many in at a time, in order of asking; and nobody for as long as the receiver asked for quiet. */
export class Slots {
  #free: number
  #closedUntilMs = 0
  readonly #waiting: (() => void)[] = []

  constructor(count: number) {
    this.#free = count
  }

  /** Until when nothing may be sent: whoever has a slot looks again. */
  get closedUntilMs(): number {
    return this.#closedUntilMs
  }

  /** `afterMs` is what the receiver said in `Retry-After`: it counts for all that goes there. */
  closeFor(afterMs: number | null, nowMs: number): void {
    this.#closedUntilMs = Math.max(this.#closedUntilMs, nowMs + (afterMs ?? 0))
  }

  open(): void {
    this.#closedUntilMs = 0
  }

  async take(): Promise<void> {
    if (this.#free > 0) {
      this.#free--
      return
    }
    await new Promise<void>((resolve) => {
      this.#waiting.push(resolve)
    })
  }

  give(): void {
    const next = this.#waiting.shift()
    if (next === undefined) this.#free++
    else next()
  }
}
