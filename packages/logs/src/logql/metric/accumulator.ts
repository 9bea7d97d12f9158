import { type Labels, SampleColumns } from '@weir/model'
import type { RangeAggregation } from '../ast.ts'
import type { Guard } from '../guard.ts'
import { type WindowFunction, windowFunction } from './range-values.ts'
import type { StepSeries } from './step-series.ts'
import type { Windows } from './steps.ts'

/** What becomes of the lines of one series. */
export interface Accumulator {
  /** `count` lines at once; `value`: their bytes, their number, or what was unwrapped of the one. */
  add(sinceOriginNs: number, value: number, count: number): void
  finish(labels: Labels): StepSeries
}

export function accumulators(
  range: RangeAggregation,
  windows: Windows,
  guard: Guard,
): () => Accumulator {
  const rangeSeconds = windows.rangeNs / 1e9
  if (range.unwrap === undefined) {
    const isRate = range.operation === 'rate' || range.operation === 'bytes_rate'
    return () => new Counter(windows, isRate ? rangeSeconds : 1, guard)
  }
  const evaluate = windowFunction(range.operation, rangeSeconds, range.parameter)
  return () => new Sampler(windows, evaluate, guard)
}

/**
 * Adds up whole numbers by their differences: a line is added where its first window is and taken away behind
 * its last one, however many windows lie between.
 */
class Counter implements Accumulator {
  readonly #windows: Windows
  readonly #divisor: number
  readonly #sums: Float64Array
  readonly #counts: Float64Array

  constructor(windows: Windows, divisor: number, guard: Guard) {
    guard.hold(2 * windows.count)
    this.#windows = windows
    this.#divisor = divisor
    this.#sums = new Float64Array(windows.count + 1)
    this.#counts = new Float64Array(windows.count + 1)
  }

  add(sinceOriginNs: number, value: number, count: number): void {
    const first = this.#windows.first(sinceOriginNs)
    const last = this.#windows.last(sinceOriginNs)
    if (first > last) return
    this.#sums[first]! += value
    this.#sums[last + 1]! -= value
    this.#counts[first]! += count
    this.#counts[last + 1]! -= count
  }

  finish(labels: Labels): StepSeries {
    const { count } = this.#windows
    const isThere = new Uint8Array(count)
    const values = new Float64Array(count)
    let sum = 0
    let lines = 0
    for (let k = 0; k < count; k++) {
      sum += this.#sums[k]!
      lines += this.#counts[k]!
      if (lines === 0) continue
      isThere[k] = 1
      values[k] = sum / this.#divisor
    }
    return { labels, values, isThere }
  }
}

/** Keeps the values, since sums of fractions depend on their order, and others need all of them. */
class Sampler implements Accumulator {
  readonly #windows: Windows
  readonly #evaluate: WindowFunction
  readonly #guard: Guard
  readonly #samples = new SampleColumns(16)

  constructor(windows: Windows, evaluate: WindowFunction, guard: Guard) {
    guard.hold(windows.count)
    this.#windows = windows
    this.#evaluate = evaluate
    this.#guard = guard
  }

  add(sinceOriginNs: number, value: number): void {
    this.#guard.hold(2)
    this.#samples.push(sinceOriginNs, value)
  }

  finish(labels: Labels): StepSeries {
    const { count, stepNs, rangeNs } = this.#windows
    const { times, values, length } = this.#samples
    const isThere = new Uint8Array(count)
    const results = new Float64Array(count)
    let from = 0
    let to = 0
    for (let k = 0; k < count; k++) {
      const start = k * stepNs
      while (from < length && times[from]! <= start) from++
      if (to < from) to = from
      while (to < length && times[to]! <= start + rangeNs) to++
      if (from === to) continue
      isThere[k] = 1
      results[k] = this.#evaluate(values, from, to)
    }
    return { labels, values: results, isThere }
  }
}
