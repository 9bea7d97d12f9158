import type { NativeHistogram } from '@weir/model'

/** Samples of a series as columns that grow. NaNs keep their bits. */
export class ChunkSamples {
  length = 0
  times = new Float64Array(256)
  values = new Float64Array(256)
  /** The two halves of {@link values}, the lower one first. */
  #words = new Uint32Array(this.values.buffer)
  /** By place; these have no value there. */
  readonly histograms = new Map<number, NativeHistogram>()

  clear(): void {
    this.length = 0
    this.histograms.clear()
  }

  push(timeMs: number, high: number, low: number): void {
    const i = this.length
    if (i === this.times.length) this.#grow()
    this.times[i] = timeMs
    this.#words[2 * i] = low
    this.#words[2 * i + 1] = high
    this.length = i + 1
  }

  pushHistogram(timeMs: number, histogram: NativeHistogram): void {
    this.histograms.set(this.length, histogram)
    this.push(timeMs, 0, 0)
  }

  /** Adds the `i`-th of others. */
  copy(from: ChunkSamples, i: number): void {
    const histogram = from.histograms.size > 0 ? from.histograms.get(i) : undefined
    if (histogram === undefined)
      this.push(from.times[i]!, from.#words[2 * i + 1]!, from.#words[2 * i]!)
    else this.pushHistogram(from.times[i]!, histogram)
  }

  #grow(): void {
    const times = new Float64Array(this.times.length * 2)
    const values = new Float64Array(times.length)
    const words = new Uint32Array(values.buffer)
    times.set(this.times)
    words.set(this.#words)
    this.times = times
    this.values = values
    this.#words = words
  }
}
