/**
 * Samples whose sender said of when they are (`|T1700000000`), until the next flush takes them.
 *
 * A gauge's is a value. A counter's is an increase; what is stored is the total after it, so increases are put
 * in the order of their times first, and only those count whose time lies after what the series has stored: a total
 * before it would look like a counter that fell. Increases of before are in the total all the same.
 */

/** More than this between two flushes are refused. */
const SAMPLES_MAX = 262_144

export class TimedSamples {
  length = 0
  #series = new Int32Array(256)
  #timeMs = new Float64Array(256)
  #value = new Float64Array(256)
  /** 1 for an increase. */
  #isIncrease = new Uint8Array(256)
  /** The newest time that was written for a counter that gets such samples. */
  readonly #writtenMs = new Map<number, number>()

  /** False when there are too many. */
  add(series: number, timeMs: number, value: number, isIncrease: boolean): boolean {
    const i = this.length
    if (i === SAMPLES_MAX) return false
    if (i === this.#series.length) this.#grow()
    this.#series[i] = series
    this.#timeMs[i] = timeMs
    this.#value[i] = value
    this.#isIncrease[i] = isIncrease ? 1 : 0
    this.length = i + 1
    return true
  }

  forget(series: number): void {
    this.#writtenMs.delete(series)
  }

  /** `series, time, …` of the newest samples written, to be kept over a restart. */
  writtenTimes(): number[] {
    return [...this.#writtenMs].flat()
  }

  /** Says when the newest sample of a series was written. */
  written(series: number, timeMs: number): void {
    this.#writtenMs.set(series, timeMs)
  }

  /**
   * Gives the samples, each time of a series once and in order (of two with one time the later one that came counts),
   * and forgets them.
   *
   * @param totalOf what a counter is now
   * @param writable between which times, both left out, a counter's samples may lie beside those it has anyway
   */
  drain(
    totalOf: (series: number) => number,
    writable: (series: number) => readonly [fromMs: number, toMs: number],
    write: (series: number, timeMs: number, value: number) => void,
  ): void {
    const order = Uint32Array.from({ length: this.length }, (_, i) => i).sort(
      (a, b) => this.#series[a]! - this.#series[b]! || this.#timeMs[a]! - this.#timeMs[b]! || a - b,
    )
    for (let from = 0, to = 0; from < order.length; from = to) {
      const series = this.#series[order[from]!]!
      while (to < order.length && this.#series[order[to]!] === series) to++
      const samples = order.subarray(from, to)
      if (this.#isIncrease[samples[0]!] === 1) {
        this.#drainCounter(samples, totalOf(series), writable(series), write)
      } else this.#drainGauge(samples, write)
    }
    this.length = 0
  }

  #drainGauge(
    samples: Uint32Array,
    write: (series: number, timeMs: number, value: number) => void,
  ): void {
    for (let i = 0; i < samples.length; i++) {
      const at = samples[i]!
      const next = samples[i + 1]
      if (next !== undefined && this.#timeMs[next] === this.#timeMs[at]) continue
      write(this.#series[at]!, this.#timeMs[at]!, this.#value[at]!)
    }
  }

  #drainCounter(
    samples: Uint32Array,
    total: number,
    [fromMs, toMs]: readonly [number, number],
    write: (series: number, timeMs: number, value: number) => void,
  ): void {
    const series = this.#series[samples[0]!]!
    const writtenMs = Math.max(this.#writtenMs.get(series) ?? -Infinity, fromMs)
    let running = total
    for (const at of samples) running -= this.#value[at]!
    for (let i = 0; i < samples.length; i++) {
      const at = samples[i]!
      running += this.#value[at]!
      const timeMs = this.#timeMs[at]!
      const next = samples[i + 1]
      if (
        timeMs <= writtenMs ||
        timeMs >= toMs ||
        (next !== undefined && this.#timeMs[next] === timeMs)
      )
        continue
      write(series, timeMs, running)
      this.#writtenMs.set(series, timeMs)
    }
  }

  #grow(): void {
    const capacity = this.#series.length * 2
    this.#series = copied(this.#series, new Int32Array(capacity))
    this.#timeMs = copied(this.#timeMs, new Float64Array(capacity))
    this.#value = copied(this.#value, new Float64Array(capacity))
    this.#isIncrease = copied(this.#isIncrease, new Uint8Array(capacity))
  }
}

function copied<T extends { set(from: T): void }>(from: T, into: T): T {
  into.set(from)
  return into
}
