/** How much the latest interval counts. */
const WEIGHT = 0.2

/** A second's rate of something that is counted up, smoothed over intervals. */
export class SmoothRate {
  #before: number
  #rate: number | undefined

  constructor(count: number) {
    this.#before = count
  }

  /** @param seconds since it was asked last */
  next(count: number, seconds: number): number {
    const rate = Math.max(0, count - this.#before) / seconds
    this.#before = count
    this.#rate = this.#rate === undefined ? rate : this.#rate + WEIGHT * (rate - this.#rate)
    return this.#rate
  }
}
