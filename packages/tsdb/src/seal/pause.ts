import type { Clock } from '@weir/model'

/** Work of maintenance is cut into slices of this length; appends are taken in between. */
const SLICE_MS = 8

/** Lets the thread's other work run, when a slice is over. */
export class Pause {
  readonly #clock: Clock
  #until: number
  #calls = 0

  constructor(clock: Clock) {
    this.#clock = clock
    this.#until = clock.monotonicMs() + SLICE_MS
  }

  /** Whether the slice is over. The clock is asked only now and then: this is called per series. */
  get isDue(): boolean {
    return (++this.#calls & 15) === 0 && this.#clock.monotonicMs() >= this.#until
  }

  async wait(): Promise<void> {
    await new Promise((resolve) => {
      setImmediate(resolve)
    })
    this.#until = this.#clock.monotonicMs() + SLICE_MS
  }
}
