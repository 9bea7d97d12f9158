import type { Arena } from './arena.ts'

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

  /** The value that a series already has at this offset, here or in the arena. */
  find(series: number, offset: number): number | undefined {
    const stored = this.arena.find(series, offset)
    if (stored !== undefined) return stored
    if (this.#index === undefined) {
      this.#index = new Map()
      for (let i = 0; i < this.count; i++) {
        this.#index.set(keyOf(this.series[i]!, this.times[i]! - this.arena.startMs), i)
      }
    }
    const at = this.#index.get(keyOf(series, offset))
    return at === undefined ? undefined : this.values[at]!
  }

  apply(): void {
    const { arena, series, times, values } = this
    const { startMs } = arena
    for (let i = 0; i < this.count; i++) arena.append(series[i]!, times[i]! - startMs, values[i]!)
    this.#clear()
  }

  undo(): void {
    for (let i = this.count - 1; i >= 0; i--)
      this.arena.setNewest(this.series[i]!, this.#before[i]!)
    this.#clear()
  }

  #clear(): void {
    this.count = 0
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
