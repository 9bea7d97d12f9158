import {
  type Appender,
  type CommitResult,
  type Exemplar,
  type Labels,
  type NativeHistogram,
  type SampleRun,
  type SeriesRef,
  bucketRanges,
  isStale,
} from '@weir/model'

/** Keeps what was committed as readable lines: `labels value @time`, `stale` for a stale marker, `labels # labels value @time` for an exemplar. */
export class MemoryAppender implements Appender {
  readonly lines: string[]
  readonly #labels: Labels[] = []
  readonly #refs = new Map<string, number>()
  #queued: string[] = []

  /** @param lines where committed samples go; may be shared */
  constructor(lines: string[]) {
    this.lines = lines
  }

  ref(labels: Labels): SeriesRef {
    const known = this.#refs.get(labels.key())
    if (known !== undefined) return known as SeriesRef
    this.#refs.set(labels.key(), this.#labels.length)
    return (this.#labels.push(labels) - 1) as SeriesRef
  }

  release(_ref: SeriesRef): void {
    // numbers are kept: nothing here lives long
  }

  append(ref: SeriesRef, timeMs: number, value: number): void {
    const shown = isStale(value) ? 'stale' : String(value)
    this.#queued.push(`${this.#labels[ref]!.toString()} ${shown} @${timeMs}`)
  }

  appendColumns({ refs, times, values }: SampleRun, count: number): void {
    for (let i = 0; i < count; i++) this.append(refs[i]! as SeriesRef, times[i]!, values[i]!)
  }

  appendHistogram(ref: SeriesRef, timeMs: number, histogram: NativeHistogram): void {
    this.#queued.push(`${this.#labels[ref]!.toString()} ${shownHistogram(histogram)} @${timeMs}`)
  }

  appendExemplar(ref: SeriesRef, { labels, value, timeMs }: Exemplar): void {
    const shown = `${this.#labels[ref]!.toString()} # ${labels.toString()} ${value} @${timeMs}`
    this.#queued.push(shown)
  }

  describe(): void {
    // what names mean is not looked at here
  }

  commit(): Promise<CommitResult> {
    this.lines.push(...this.#queued)
    const appended = this.#queued.length
    this.#queued = []
    return Promise.resolve({ appended, rejected: {}, example: '' })
  }

  close(): void {
    this.#queued = []
  }
}

/** As the query API shows it: count, sum and the buckets that hold something. */
export function shownHistogram(histogram: NativeHistogram): string {
  const buckets = bucketRanges(histogram).map((range) => range.join(' '))
  return `{count ${histogram.count}, sum ${histogram.sum}: ${buckets.join(' | ')}}`
}
