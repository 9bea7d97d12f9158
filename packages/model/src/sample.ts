import type { NativeHistogram } from './histogram.ts'

const bits = new Uint32Array(2)
const double = new Float64Array(bits.buffer)
bits[0] = 2
bits[1] = 0x7ff00000

/**
 * The value that says "this series ends here": the NaN with bits 0x7ff0000000000002, as Prometheus
 * writes it. Any other NaN is an ordinary value.
 */
export const STALE_MARKER: number = double[0]!

/** Whether a value is the stale marker. */
export function isStale(value: number): boolean {
  if (value === value) return false
  double[0] = value
  return bits[0] === 2 && (bits[1]! & 0x7fffffff) >>> 0 === 0x7ff00000
}

/** A stretch of time in which samples are kept at a step: each stands for so long, whatever the lookback. */
export interface SteppedStretch {
  readonly minMs: number
  readonly maxMs: number
  readonly stepMs: number
}

/**
 * A growing pair of columns: sample `i` is `times[i]` (ms) and `values[i]`, for `i < length`.
 *
 * Made to be reused: `clear()` keeps the memory. The arrays are replaced when they grow, so take
 * them from the object after the last `push` or `reserve`, not before.
 */
export class SampleColumns {
  times: Float64Array
  values: Float64Array
  /**
   * Undefined while every sample is a number. Otherwise `histograms[i]` is sample `i` when that is a
   * native histogram (`values[i]` is NaN then), undefined when it is a number. A histogram's stale
   * marker is a number.
   */
  histograms: (NativeHistogram | undefined)[] | undefined
  /** Where data that is kept at a step was read; undefined: nowhere, or for a view of samples. */
  stretches: SteppedStretch[] | undefined
  /**
   * What a reader of a store knows of all samples here, and says right after reading; whoever changes
   * them takes it back. Equal numbers: equal times; 0: nothing is known.
   */
  timesId = 0
  /** The same: no value is NaN, or less than the one before it. */
  neverFalls = false
  length = 0

  constructor(capacity = 256) {
    this.times = new Float64Array(capacity)
    this.values = new Float64Array(capacity)
  }

  clear(): void {
    this.length = 0
    this.histograms = undefined
    this.stretches = undefined
    this.takeBack()
  }

  /** Forgets what was known of all samples. */
  takeBack(): void {
    this.timesId = 0
    this.neverFalls = false
  }

  /** Makes room for `more` samples after the present ones. */
  reserve(more: number): void {
    const want = this.length + more
    if (want <= this.times.length) return
    const capacity = Math.max(want, this.times.length * 2)
    const times = new Float64Array(capacity)
    const values = new Float64Array(capacity)
    times.set(this.times.subarray(0, this.length))
    values.set(this.values.subarray(0, this.length))
    this.times = times
    this.values = values
  }

  push(timeMs: number, value: number): void {
    if (this.length === this.times.length) this.reserve(1)
    this.times[this.length] = timeMs
    this.values[this.length] = value
    if (this.histograms !== undefined) this.histograms[this.length] = undefined
    this.length++
  }

  pushHistogram(timeMs: number, histogram: NativeHistogram): void {
    this.push(timeMs, Number.NaN)
    this.setHistogram(this.length - 1, histogram)
  }

  /** Makes sample `i`, whose time the caller sets, a native histogram. */
  setHistogram(i: number, histogram: NativeHistogram): void {
    const column = (this.histograms ??= [])
    while (column.length < i) column.push(undefined) // a gap would make V8 keep a hash table
    column[i] = histogram
    this.values[i] = Number.NaN
  }
}
