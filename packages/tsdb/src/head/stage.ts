import type { Arena } from './arena.ts'
import type { ReaderSpan } from './epochs.ts'

/**
 * Samples on their way into one arena: checked, but neither on disk nor visible. `apply` after the
 * commit, `undo` when it failed.
 */
export class Stage {
  readonly arena: Arena
  count = 0
  series = new Float64Array(1024)
  times = new Float64Array(1024)
  values = new Float64Array(1024)
  /** Records of the samples that are native histograms, by their place in the columns; ascending. */
  readonly histograms = new Map<number, Uint8Array>()
  /** Bytes of those records. */
  recordBytes = 0
  /** What `arena.newest` was before each sample. */
  #before = new Float64Array(1024)
  /** Every sample here by series and offset; made when the first disordered sample asks. */
  #index: Map<number, number> | undefined

  constructor(arena: Arena) {
    this.arena = arena
  }

  push(series: number, timeMs: number, value: number, newest: number): void {
    const at = this.count++
    if (at === this.series.length) this.#grow()
    this.series[at] = series
    this.times[at] = timeMs
    this.values[at] = value
    this.#before[at] = newest
    const offset = timeMs - this.arena.startMs
    if (offset >= newest) this.arena.setNewest(series, offset + 1)
    this.#index?.set(keyOf(series, offset), at)
  }

  /** Says that the sample pushed last is a native histogram. */
  markHistogram(record: Uint8Array): void {
    const at = this.count - 1
    this.histograms.set(at, record)
    this.recordBytes += record.length
    this.values[at] = at > 0 ? this.values[at - 1]! : 0 // what a batch's column of values packs best
  }

  /** What a series already has at this offset, here or in the arena; see `Arena.find`. */
  find(series: number, offset: number): number | Uint8Array | undefined {
    const stored = this.arena.find(series, offset)
    if (stored !== undefined) return stored
    if (this.#index === undefined) {
      this.#index = new Map()
      for (let i = 0; i < this.count; i++) {
        this.#index.set(keyOf(this.series[i]!, this.times[i]! - this.arena.startMs), i)
      }
    }
    const at = this.#index.get(keyOf(series, offset))
    return at === undefined ? undefined : (this.histograms.get(at) ?? this.values[at]!)
  }

  /** Moves everything into the arena, as part of a commit; see `Arena.beginCommit`. */
  apply(commit: number, readers: readonly ReaderSpan[]): void {
    const { arena, series, times } = this
    arena.beginCommit(commit, readers)
    const { startMs } = arena
    let from = 0
    for (const [at, record] of this.histograms) {
      this.#applyNumbers(from, at)
      arena.appendHistogram(series[at]!, times[at]! - startMs, record)
      from = at + 1
    }
    this.#applyNumbers(from, this.count)
    this.#clear()
  }

  undo(): void {
    for (let i = this.count - 1; i >= 0; i--)
      this.arena.setNewest(this.series[i]!, this.#before[i]!)
    this.#clear()
  }

  #applyNumbers(from: number, to: number): void {
    const { arena, series, times, values } = this
    const { startMs } = arena
    for (let i = from; i < to; i++) arena.append(series[i]!, times[i]! - startMs, values[i]!)
  }

  #clear(): void {
    this.count = 0
    if (this.histograms.size > 0) this.histograms.clear()
    this.recordBytes = 0
    this.#index = undefined
  }

  #grow(): void {
    const grow = (column: Float64Array<ArrayBuffer>): Float64Array<ArrayBuffer> => {
      const grown = new Float64Array(column.length * 2)
      grown.set(column)
      return grown
    }
    this.series = grow(this.series)
    this.times = grow(this.times)
    this.values = grow(this.values)
    this.#before = grow(this.#before)
  }
}

/** Exact below 2^53: 2^32 offsets, 2^21 series; beyond that two keys may meet only in one arena's disorder. */
function keyOf(series: number, offset: number): number {
  return series * 2 ** 32 + offset
}
