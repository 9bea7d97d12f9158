import type { Exemplar, NativeHistogram } from '@weir/model'
import type { SentColumns, SentLabels } from '@weir/wire'

/** What is sent: three kinds, counted apart. */
export const KINDS = ['sample', 'histogram', 'exemplar'] as const
export type Kind = (typeof KINDS)[number]
export type KindCounts = Readonly<Record<Kind, number>>

/** What one request will hold: columns, filled until it is full or its time is over. */
export class Batch implements SentColumns {
  readonly series: SentLabels[]
  readonly times: Float64Array
  readonly values: Float64Array
  readonly histograms = new Map<number, NativeHistogram>()
  readonly exemplars = new Map<number, Exemplar>()
  count = 0
  /** The record that its oldest sample is of. */
  readonly firstRecord: number
  /** When that one came, by the monotonic clock. */
  readonly sinceMs: number
  maxTimeMs = Number.NEGATIVE_INFINITY
  /** Whether it goes without waiting to be full. */
  isDue = false

  constructor(size: number, firstRecord: number, sinceMs: number) {
    this.series = new Array<SentLabels>(size)
    this.times = new Float64Array(size)
    this.values = new Float64Array(size)
    this.firstRecord = firstRecord
    this.sinceMs = sinceMs
  }

  get isFull(): boolean {
    return this.count === this.times.length
  }

  get counts(): KindCounts {
    const histogram = this.histograms.size
    const exemplar = this.exemplars.size
    return { sample: this.count - histogram - exemplar, histogram, exemplar }
  }

  push(series: SentLabels, timeMs: number, value: number): void {
    const i = this.count++
    this.series[i] = series
    this.times[i] = timeMs
    this.values[i] = value
    if (timeMs > this.maxTimeMs) this.maxTimeMs = timeMs
  }

  pushHistogram(series: SentLabels, timeMs: number, histogram: NativeHistogram): void {
    this.histograms.set(this.count, histogram)
    this.push(series, timeMs, 0)
  }

  pushExemplar(series: SentLabels, exemplar: Exemplar): void {
    this.exemplars.set(this.count, exemplar)
    this.push(series, exemplar.timeMs, 0)
  }

  /** The same without what is older; this one when nothing is. */
  since(oldestMs: number): Batch {
    let isAllYoung = true
    for (let i = 0; i < this.count; i++) if (this.times[i]! < oldestMs) isAllYoung = false
    return isAllYoung ? this : this.#where((i) => this.times[i]! >= oldestMs)
  }

  /** Its first half and the rest, in order. */
  halves(): readonly [Batch, Batch] {
    const middle = this.count >> 1
    return [this.#where((i) => i < middle), this.#where((i) => i >= middle)]
  }

  #where(isWanted: (i: number) => boolean): Batch {
    const part = new Batch(this.times.length, this.firstRecord, this.sinceMs)
    for (let i = 0; i < this.count; i++) {
      const timeMs = this.times[i]!
      if (!isWanted(i)) continue
      const histogram = this.histograms.get(i)
      const exemplar = this.exemplars.get(i)
      if (histogram !== undefined) part.pushHistogram(this.series[i]!, timeMs, histogram)
      else if (exemplar !== undefined) part.pushExemplar(this.series[i]!, exemplar)
      else part.push(this.series[i]!, timeMs, this.values[i]!)
    }
    return part
  }
}
