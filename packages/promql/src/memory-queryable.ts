import {
  type Labels,
  type Matcher,
  type Querier,
  type Queryable,
  SampleColumns,
  type SelectRequest,
  type SeriesSet,
} from '@weir/model'
import { matcherTest } from './matcher-test.ts'

interface MemorySeries {
  readonly number: number
  readonly labels: Labels
  readonly columns: SampleColumns
}

/** A store over plain arrays, for tests of rules and queries: every select looks at every series. */
export class MemoryQueryable implements Queryable {
  readonly #series: MemorySeries[] = []
  readonly #byKey = new Map<string, MemorySeries>()

  /** Adds samples to a series; times must ascend, also from one call to the next. */
  add(labels: Labels, columns: SampleColumns): void {
    let series = this.#byKey.get(labels.key())
    if (series === undefined) {
      series = {
        number: this.#series.length,
        labels,
        columns: new SampleColumns(columns.length),
      }
      this.#series.push(series)
      this.#byKey.set(labels.key(), series)
    }
    for (let i = 0; i < columns.length; i++) {
      const histogram = columns.histograms?.[i]
      if (histogram === undefined) series.columns.push(columns.times[i]!, columns.values[i]!)
      else series.columns.pushHistogram(columns.times[i]!, histogram)
    }
  }

  querier(viewMinMs: number, viewMaxMs: number): Querier {
    return new MemoryQuerier(this.#series, viewMinMs, viewMaxMs)
  }
}

class MemoryQuerier implements Querier {
  readonly #series: readonly MemorySeries[]
  readonly #minMs: number
  readonly #maxMs: number

  constructor(series: readonly MemorySeries[], minMs: number, maxMs: number) {
    this.#series = series
    this.#minMs = minMs
    this.#maxMs = maxMs
  }

  select(request: SelectRequest): SeriesSet {
    const minMs = Math.max(request.minMs, this.#minMs)
    const maxMs = Math.min(request.maxMs, this.#maxMs)
    const { matchers, chosen } = request
    return setOf(
      chosen === undefined
        ? this.#matching(matchers, minMs, maxMs)
        : Array.from(chosen.numbers, (number) => this.#series[number]!),
    )
  }

  labelValues(name: string, matchers: readonly Matcher[]): string[] {
    const values = this.#matching(matchers, this.#minMs, this.#maxMs).map((one) =>
      one.labels.get(name),
    )
    return [...new Set(values)].filter((value) => value !== '').sort()
  }

  labelNames(matchers: readonly Matcher[]): string[] {
    const names = this.#matching(matchers, this.#minMs, this.#maxMs).flatMap((one) =>
      [...one.labels].map(([name]) => name),
    )
    return [...new Set(names)].sort()
  }

  exemplars(): [] {
    return []
  }

  #matching(matchers: readonly Matcher[], minMs: number, maxMs: number): MemorySeries[] {
    const tests = matchers.map(matcherTest)
    return this.#series.filter(
      ({ labels, columns }) =>
        columns.length > 0 &&
        columns.times[0]! <= maxMs &&
        columns.times[columns.length - 1]! >= minMs &&
        tests.every((test) => test(labels)),
    )
  }

  [Symbol.dispose](): void {
    // Nothing is held open.
  }
}

function setOf(chosen: readonly MemorySeries[]): SeriesSet {
  return {
    count: chosen.length,
    chosen: { numbers: Uint32Array.from(chosen, ({ number }) => number), moment: '' },
    labels: (i) => chosen[i]!.labels,
    read: (i, fromMs, toMs, into) => copy(chosen[i]!.columns, fromMs, toMs, into),
    isNewAt: (i, timeMs) => chosen[i]!.columns.times[0]! >= timeMs,
  }
}

function copy(from: SampleColumns, minMs: number, maxMs: number, into: SampleColumns): void {
  const start = firstAtLeast(from, minMs)
  const end = firstAtLeast(from, maxMs + 1)
  if (end <= start) return
  into.reserve(end - start)
  into.times.set(from.times.subarray(start, end), into.length)
  into.values.set(from.values.subarray(start, end), into.length)
  const before = into.length
  into.length += end - start
  if (from.histograms === undefined && into.histograms === undefined) return
  into.histograms ??= Array.from({ length: before })
  for (let i = start; i < end; i++) into.histograms.push(from.histograms?.[i])
}

function firstAtLeast(columns: SampleColumns, timeMs: number): number {
  let low = 0
  let high = columns.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (columns.times[middle]! < timeMs) low = middle + 1
    else high = middle
  }
  return low
}
