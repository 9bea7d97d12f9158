import { type Clock, type Millis, millis } from '@weir/model'

interface Sleeper {
  readonly wakeMs: number
  readonly wake: () => void
}

/** A clock that stands still until it is moved. */
export class ManualClock implements Clock {
  #nowMs: number
  /** By how much the wall clock was set; the other one knows nothing of it. */
  #stepMs = 0
  #sleepers: Sleeper[] = []

  constructor(nowMs: number) {
    this.#nowMs = nowMs
  }

  now(): Millis {
    return millis(this.#nowMs + this.#stepMs)
  }

  monotonicMs(): number {
    return this.#nowMs
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted === true) {
        reject(signal.reason as Error)
        return
      }
      const onAbort = (): void => {
        this.#sleepers = this.#sleepers.filter((other) => other !== sleeper)
        reject(signal?.reason as Error)
      }
      const sleeper: Sleeper = {
        wakeMs: this.#nowMs + Math.max(ms, 0),
        wake: () => {
          signal?.removeEventListener('abort', onAbort)
          resolve()
        },
      }
      this.#sleepers.push(sleeper)
      signal?.addEventListener('abort', onAbort, { once: true })
    })
  }

  /** Sets the wall clock forward, or back. */
  step(ms: number): void {
    this.#stepMs += ms
  }

  /** Lets time pass: wakes sleepers in order, and lets each do what it can before the next. */
  async advance(ms: number): Promise<void> {
    const endMs = this.#nowMs + ms
    await settle()
    for (;;) {
      const next = this.#sleepers.reduce<Sleeper | undefined>(
        (first, other) => (first === undefined || other.wakeMs < first.wakeMs ? other : first),
        undefined,
      )
      if (next === undefined || next.wakeMs > endMs) break
      this.#sleepers = this.#sleepers.filter((other) => other !== next)
      this.#nowMs = Math.max(this.#nowMs, next.wakeMs)
      next.wake()
      await settle()
    }
    this.#nowMs = endMs
  }
}

/** Until everything that does not wait for time or network has been done. */
async function settle(): Promise<void> {
  for (let i = 0; i < 4; i++) await new Promise((resolve) => setImmediate(resolve))
}
