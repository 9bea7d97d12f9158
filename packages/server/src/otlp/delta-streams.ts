/**
 * Senders with delta temporality tell what was added since the last time; Prometheus's functions want
 * the sum so far. So the increments of each stream are added up here.
 *
 * A stream is known by resource, scope, metric and attributes. Its first point begins the sum; each next
 * one must be newer, or it is refused: added twice it could never be taken out again. A stream that has
 * been silent for long is forgotten, and begins anew with its next point; so do all when the process
 * starts. To `rate` and `increase` that is a reset of the counter, which costs no increment as long as
 * the new sum is below the old one.
 *
 * @see opentelemetry-collector-contrib:processor/deltatocumulativeprocessor
 */
import { type OtlpBatch, HAS_SUM } from '@weir/wire'
import { addExponential, type ExponentialSum } from './exponential-sum.ts'

/** Why an increment was not added. */
export type DeltaRefusal =
  | 'delta_out_of_order' // not newer than the last one of its stream
  | 'delta_older_start' // it began before its stream: two senders under one name, most likely
  | 'delta_stream_limit' // one stream more than may be remembered

/** A moment in milliseconds and the nanoseconds behind them. */
interface Moment {
  readonly ms: number
  readonly ns: number
}

/** What one stream came to so far. */
export class DeltaStream {
  start: Moment = ZERO
  last: Moment | undefined
  seenMs = 0
  isForgotten = false
  /** Whether its last point could not be stored: its sender will send that one again. */
  isUnstored = false
  value = 0
  hasSum = true
  count = 0
  bounds: Float64Array = NONE
  counts: Float64Array = NONE
  exponential: ExponentialSum | undefined
}

const ZERO: Moment = { ms: 0, ns: 0 }
const NONE = new Float64Array()

export class DeltaStreams {
  readonly #streams = new Map<string, DeltaStream>()
  readonly #streamsMax: number
  readonly #staleMs: number
  /** Those that the request under way has changed. */
  #touched: DeltaStream[] = []
  #sweptMs = 0

  constructor({ streamsMax, staleMs }: { readonly streamsMax: number; readonly staleMs: number }) {
    this.#streamsMax = streamsMax
    this.#staleMs = staleMs
  }

  get size(): number {
    return this.#streams.size
  }

  /** A new request; forgets from time to time those that are silent. */
  begin(nowMs: number): void {
    this.#touched = []
    if (nowMs - this.#sweptMs < Math.min(60_000, this.#staleMs)) return
    this.#sweptMs = nowMs
    for (const [id, stream] of this.#streams) {
      if (nowMs - stream.seenMs <= this.#staleMs) continue
      stream.isForgotten = true
      this.#streams.delete(id)
    }
  }

  /** The stream of that identity; undefined when there is no room for one more. */
  stream(id: string): DeltaStream | undefined {
    const known = this.#streams.get(id)
    if (known !== undefined) return known
    if (this.#streams.size >= this.#streamsMax) return undefined
    const stream = new DeltaStream()
    this.#streams.set(id, stream)
    return stream
  }

  /** What the request under way changed was not stored: it may come once more. Gives what {@link unstored} wants. */
  touched(): readonly DeltaStream[] {
    return this.#touched
  }

  unstored(touched: readonly DeltaStream[]): void {
    for (const stream of touched) stream.isUnstored = true
  }

  /**
   * Adds point `i` to its stream by `add`, and leaves the sum in its place.
   *
   * @returns why it was not added
   */
  take(
    stream: DeltaStream,
    batch: OtlpBatch,
    i: number,
    nowMs: number,
    kind: DeltaKind,
  ): DeltaRefusal | undefined {
    const start = { ms: batch.starts[i]!, ns: batch.startsNs[i]! }
    const time = { ms: batch.times[i]!, ns: batch.timesNs[i]! }
    const { last } = stream
    stream.seenMs = nowMs
    if (last === undefined) {
      stream.start = start
      BEGIN[kind](stream, batch, i)
    } else if (isBefore(start, stream.start)) {
      return 'delta_older_start'
    } else if (isBefore(last, time)) {
      ADD[kind](stream, batch, i)
    } else if (!stream.isUnstored || isBefore(time, last)) {
      return 'delta_out_of_order'
    }
    stream.last = time
    stream.isUnstored = false
    this.#touched.push(stream)
    TELL[kind](stream, batch, i)
    return undefined
  }
}

export type DeltaKind = 'number' | 'histogram' | 'exponential'

type Step = (stream: DeltaStream, batch: OtlpBatch, i: number) => void

const BEGIN: Readonly<Record<DeltaKind, Step>> = {
  number: (stream, batch, i) => {
    stream.value = batch.values[i]!
  },
  histogram: beginHistogram,
  exponential: (stream, batch, i) => {
    beginTotals(stream, batch, i)
    stream.exponential = addExponential(undefined, batch, i)
  },
}

const ADD: Readonly<Record<DeltaKind, Step>> = {
  number: (stream, batch, i) => {
    stream.value += batch.values[i]!
  },
  histogram: (stream, batch, i) => {
    const { boundsFrom, boundsCount, countsFrom, countsCount } = batch.lists[batch.details[i]!]!
    const { bounds, counts } = stream
    const { numbers } = batch
    const areSame =
      bounds.length === boundsCount && bounds.every((bound, b) => bound === numbers[boundsFrom + b])
    if (!areSame) {
      beginHistogram(stream, batch, i)
      return
    }
    const shared = Math.min(counts.length, countsCount)
    for (let b = 0; b < shared; b++) counts[b] = counts[b]! + numbers[countsFrom + b]!
    addTotals(stream, batch, i)
  },
  exponential: (stream, batch, i) => {
    stream.exponential = addExponential(stream.exponential, batch, i)
    addTotals(stream, batch, i)
  },
}

const TELL: Readonly<Record<DeltaKind, Step>> = {
  number: (stream, batch, i) => {
    batch.values[i] = stream.value
  },
  histogram: (stream, batch, i) => {
    const place = batch.details[i]!
    const told = batch.lists[place]!
    tellTotals(stream, batch, i)
    if (!batch.reserve(stream.counts.length)) return
    const countsFrom = batch.numbersLength
    batch.numbers.set(stream.counts, countsFrom)
    batch.numbersLength += stream.counts.length
    batch.lists[place] = { ...told, countsFrom, countsCount: stream.counts.length }
  },
  exponential: (stream, batch, i) => {
    tellTotals(stream, batch, i)
    stream.exponential?.tell(batch, batch.details[i]!)
  },
}

function beginHistogram(stream: DeltaStream, batch: OtlpBatch, i: number): void {
  const { boundsFrom, boundsCount, countsFrom, countsCount } = batch.lists[batch.details[i]!]!
  stream.bounds = batch.numbers.slice(boundsFrom, boundsFrom + boundsCount)
  stream.counts = batch.numbers.slice(countsFrom, countsFrom + countsCount)
  beginTotals(stream, batch, i)
}

function beginTotals(stream: DeltaStream, batch: OtlpBatch, i: number): void {
  stream.count = batch.counts[i]!
  stream.value = batch.values[i]!
  stream.hasSum = (batch.flags[i]! & HAS_SUM) !== 0
}

/** A sum that was left out once is not known from there on. */
function addTotals(stream: DeltaStream, batch: OtlpBatch, i: number): void {
  stream.count += batch.counts[i]!
  stream.hasSum &&= (batch.flags[i]! & HAS_SUM) !== 0
  stream.value = stream.hasSum ? stream.value + batch.values[i]! : 0
}

function tellTotals(stream: DeltaStream, batch: OtlpBatch, i: number): void {
  batch.counts[i] = stream.count
  batch.values[i] = stream.value
  batch.flags[i] = stream.hasSum ? batch.flags[i]! | HAS_SUM : batch.flags[i]! & ~HAS_SUM
}

function isBefore(a: Moment, b: Moment): boolean {
  return a.ms === b.ms ? a.ns < b.ns : a.ms < b.ms
}
