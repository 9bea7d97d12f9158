import type { Clock, Millis } from '@weir/model'

/** A clock that moves when it is told to; nobody sleeps by it. */
export class StepClock implements Clock {
  #nowMs = Date.parse('2024-05-01T12:00:00Z')

  now(): Millis {
    return this.#nowMs as Millis
  }

  monotonicMs(): number {
    return this.#nowMs
  }

  sleep(): Promise<void> {
    return Promise.reject(new Error('nobody sleeps here'))
  }

  pass(ms: number): void {
    this.#nowMs += ms
  }
}
