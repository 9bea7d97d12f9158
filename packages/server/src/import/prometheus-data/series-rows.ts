import type { NativeHistogram } from '@weir/model'
import { ChunkSamples, type SentLabels } from '@weir/wire'
import { RequestBatch } from './request-batch.ts'

/** 20 MB; a series that is scraped every 15 s has 240 in an hour. */
const ROWS_MAX = 2 ** 20
/** Some hundred bytes each, a few kilobytes at worst. */
const HISTOGRAMS_MAX = 2 ** 15

/**
 * Samples as a log has them, one series after the other, put together by series before they are sent: a request
 * names each series once, and labels are most of it.
 */
export class SeriesRows {
  readonly #samples = new ChunkSamples()
  readonly #batch = new RequestBatch()
  readonly #one = new ChunkSamples()
  #series = new Uint32Array(256)
  /** One more than the highest number of a series. */
  #seriesCount = 0

  get isFull(): boolean {
    const { length, histograms } = this.#samples
    return length >= ROWS_MAX || histograms.size >= HISTOGRAMS_MAX
  }

  push(series: number, timeMs: number, high: number, low: number): void {
    this.#note(series)
    this.#samples.push(timeMs, high, low)
  }

  pushHistogram(series: number, timeMs: number, histogram: NativeHistogram): void {
    this.#note(series)
    this.#samples.pushHistogram(timeMs, histogram)
  }

  /** Adds the `i`-th of a chunk's. */
  copy(series: number, from: ChunkSamples, i: number): void {
    this.#note(series)
    this.#samples.copy(from, i)
  }

  #note(series: number): void {
    const { length } = this.#samples
    if (length === this.#series.length) {
      const longer = new Uint32Array(length * 2)
      longer.set(this.#series)
      this.#series = longer
    }
    this.#series[length] = series
    if (series >= this.#seriesCount) this.#seriesCount = series + 1
  }

  /** All that is in it as requests, series by series, each in the order in which it came; then it is empty. */
  *drain(labelsOf: (series: number) => SentLabels): Generator<Uint8Array> {
    const { length } = this.#samples
    // Where each series begins; a step further with each row that is put there.
    const places = new Uint32Array(this.#seriesCount + 1)
    for (let i = 0; i < length; i++) places[this.#series[i]! + 1]! += 1
    for (let n = 1; n < places.length; n++) places[n]! += places[n - 1]!
    const order = new Uint32Array(length)
    for (let i = 0; i < length; i++) {
      const n = this.#series[i]!
      order[places[n]!] = i
      places[n]! += 1
    }
    for (let from = 0; from < length;) {
      const series = this.#series[order[from]!]!
      const to = places[series]!
      this.#one.clear()
      for (let k = from; k < to; k++) this.#one.copy(this.#samples, order[k]!)
      yield* this.#batch.add(labelsOf(series), this.#one)
      from = to
    }
    yield* this.#batch.end()
    this.#samples.clear()
  }
}
