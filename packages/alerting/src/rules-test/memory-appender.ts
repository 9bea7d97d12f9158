import {
  type Appender,
  type CommitResult,
  type Labels,
  type NativeHistogram,
  STALE_MARKER,
  SampleColumns,
  type SampleRun,
  type SeriesRef,
  isStale,
} from '@weir/model'
import { type LoadedItem, MemoryQueryable, histogramText, isReset } from '@weir/promql'

interface Series {
  readonly labels: Labels
  /** -Infinity before the first sample. */
  lastMs: number
  lastValue: number
  lastHistogram: NativeHistogram | undefined
  /** Everything that was taken, a line each, when that is wanted. */
  readonly dump: string[]
}

/** The store of one unit test: what the input series bring and what the rules write, in memory. */
export class MemoryAppender implements Appender {
  readonly queryable = new MemoryQueryable()
  /** Samples that another one stood in the way of. */
  readonly refused: string[] = []
  readonly #keepsDump: boolean
  readonly #series: Series[] = []
  readonly #refs = new Map<string, number>()

  constructor({ keepsDump }: { readonly keepsDump: boolean }) {
    this.#keepsDump = keepsDump
  }

  ref(labels: Labels): SeriesRef {
    const known = this.#refs.get(labels.key())
    if (known !== undefined) return known as SeriesRef
    const series = { labels, lastMs: -Infinity, lastValue: 0, lastHistogram: undefined, dump: [] }
    const ref = this.#series.push(series) - 1
    this.#refs.set(labels.key(), ref)
    return ref as SeriesRef
  }

  release(): void {
    // A test is over before numbers could become many.
  }

  item(ref: SeriesRef, timeMs: number, item: LoadedItem): void {
    if (item === undefined) return
    if (typeof item === 'object') this.appendHistogram(ref, timeMs, item)
    else this.append(ref, timeMs, item === 'stale' ? STALE_MARKER : item)
  }

  append(ref: SeriesRef, timeMs: number, value: number): void {
    const series = this.#advance(ref, timeMs, value)
    if (series === undefined) return
    series.lastHistogram = undefined
    const columns = new SampleColumns(1)
    columns.push(timeMs, value)
    this.queryable.add(series.labels, columns)
    if (this.#keepsDump) series.dump.push(`${value} @[${timeMs}]`)
  }

  appendHistogram(ref: SeriesRef, timeMs: number, histogram: NativeHistogram): void {
    const series = this.#advance(ref, timeMs, Number.NaN)
    if (series === undefined) return
    const before = series.lastHistogram
    series.lastHistogram = histogram
    const columns = new SampleColumns(1)
    columns.pushHistogram(timeMs, { ...histogram, resetHint: storedHint(histogram, before) })
    this.queryable.add(series.labels, columns)
    if (this.#keepsDump) series.dump.push(`${histogramText(histogram)} @[${timeMs}]`)
  }

  /** As in a store: of two samples of one time the first stays, and nothing goes back in time. */
  #advance(ref: SeriesRef, timeMs: number, value: number): Series | undefined {
    const series = this.#series[ref]!
    if (timeMs > series.lastMs) {
      series.lastMs = timeMs
      series.lastValue = value
      return series
    }
    const isThere = timeMs === series.lastMs && Object.is(value, series.lastValue)
    if (!isThere && !isStale(value)) {
      const why =
        timeMs === series.lastMs ? 'duplicate sample for timestamp' : 'out of order sample'
      this.refused.push(`${why}: ${series.labels.toString()}`)
    }
    return undefined
  }

  appendColumns({ refs, times, values }: SampleRun, count: number): void {
    for (let i = 0; i < count; i++) this.append(refs[i]! as SeriesRef, times[i]!, values[i]!)
  }

  appendExemplar(): void {
    // Rules have none.
  }

  describe(): void {
    // Nobody asks what a metric means.
  }

  async commit(): Promise<CommitResult> {
    return { appended: 0, rejected: {}, example: '' }
  }

  close(): void {
    // Nothing is held open.
  }

  /** All series with their samples, as `promtool test rules --debug` prints them. */
  dump(): string[] {
    return this.#series
      .filter(({ dump }) => dump.length > 0)
      .toSorted((a, b) => a.labels.compare(b.labels))
      .flatMap(({ labels, dump }) => [`${labels.toString()} =>`, ...dump])
  }
}

/**
 * What a store can say of a histogram: nothing, when it is the first one or began anew, since what
 * stands before it might come later.
 */
function storedHint(
  histogram: NativeHistogram,
  before: NativeHistogram | undefined,
): NativeHistogram['resetHint'] {
  if (histogram.resetHint === 'gauge') return 'gauge'
  if (before === undefined || histogram.resetHint === 'reset') return 'unknown'
  return isReset({ ...histogram, resetHint: 'unknown' }, before) ? 'unknown' : 'not_reset'
}
