/** Lets so many in at a time; the others wait in line. */
export class Turns {
  readonly #max: number
  readonly #line: (() => void)[] = []
  #inside = 0

  constructor(max: number) {
    this.#max = max
  }

  /** How many wait in line. */
  get waiting(): number {
    return this.#line.length
  }

  /** Waits for a turn; what it gives ends it. Rejects with the signal's reason when that aborts first. */
  async enter(signal: AbortSignal): Promise<() => void> {
    signal.throwIfAborted()
    if (this.#inside < this.#max) this.#inside++
    else await this.#wait(signal)
    let isOver = false
    return () => {
      if (isOver) return
      isOver = true
      const next = this.#line.shift()
      if (next === undefined) this.#inside--
      else next() // the turn is handed on
    }
  }

  #wait(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const leave = (): void => {
        this.#line.splice(this.#line.indexOf(enter), 1)
        reject(signal.reason as Error)
      }
      const enter = (): void => {
        signal.removeEventListener('abort', leave)
        resolve()
      }
      signal.addEventListener('abort', leave, { once: true })
      this.#line.push(enter)
    })
  }
}
