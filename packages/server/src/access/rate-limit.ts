/**
 * A bucket that fills at a steady rate: so much may be taken at once, and so much a second in the long run. More than
 * the bucket holds may be taken when it is full, and is paid off later; otherwise a body larger than a second's worth
 * could never come in.
 */
export class RateLimit {
  readonly #perSecond: number
  readonly #burst: number
  #level: number
  #atMs: number | undefined

  constructor(perSecond: number, burst = perSecond) {
    this.#perSecond = perSecond
    this.#burst = burst
    this.#level = burst
  }

  /** Takes what there is room for. @returns seconds to wait when there is none; 0 when it was taken */
  take(count: number, nowMs: number): number {
    const passedMs = nowMs - (this.#atMs ?? nowMs)
    this.#atMs = nowMs
    this.#level = Math.min(this.#burst, this.#level + (passedMs / 1000) * this.#perSecond)
    const wanted = Math.min(count, this.#burst)
    if (this.#level < wanted)
      return Math.max(1, Math.ceil((wanted - this.#level) / this.#perSecond))
    this.#level -= count
    return 0
  }
}
