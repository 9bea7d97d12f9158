import type { SampleColumns } from '@weir/model'

import type { Tombstone } from '../disk/tombstone-record.ts'
import type { WindowRecord } from '../disk/window-record.ts'

/**
 * What was deleted and still lies in windows and arenas. Whoever reads those cuts it out right after
 * the reading, place by place: a place that was filled after the delete is not touched.
 */
export class Tombstones {
  static readonly NONE = new Tombstones([])
  readonly all: readonly Tombstone[]
  /** One bit a series: whether any tombstone names it. */
  readonly #named: Uint8Array

  constructor(all: readonly Tombstone[]) {
    this.all = all
    const end = Math.max(-1, ...all.map(({ series }) => series.at(-1) ?? -1))
    this.#named = new Uint8Array((end >>> 3) + 1)
    for (const { series } of all) {
      for (const number of series) this.#named[number >>> 3]! |= 1 << (number & 7)
    }
  }

  get isEmpty(): boolean {
    return this.all.length === 0
  }

  /** Whether something of a series was deleted. */
  names(series: number): boolean {
    const byte = this.#named[series >>> 3]
    return byte !== undefined && (byte & (1 << (series & 7))) !== 0
  }

  /** Cuts what was deleted of a series out of samples that a window gave, those from `from` on. */
  cutWindow(series: number, window: number, columns: SampleColumns, from: number): void {
    if (!this.names(series)) return
    for (const tombstone of this.all) {
      if (window <= tombstone.windowMax && has(tombstone.series, series)) {
        cut(columns, from, tombstone)
      }
    }
  }

  /** The same for samples that an arena gave. */
  cutArena(series: number, arena: number, columns: SampleColumns, from: number): void {
    if (!this.names(series)) return
    for (const tombstone of this.all) {
      if (tombstone.arenas.includes(arena) && has(tombstone.series, series)) {
        cut(columns, from, tombstone)
      }
    }
  }

  /** Whether everything that a series may have in a window was deleted. */
  covers(series: number, { id, minMs, maxMs }: WindowRecord): boolean {
    return (
      this.names(series) &&
      this.all.some(
        (each) =>
          id <= each.windowMax &&
          each.minMs <= minMs &&
          each.maxMs >= maxMs &&
          has(each.series, series),
      )
    )
  }

  /** Whether a tombstone may still cut something out of a window. */
  touches(window: WindowRecord, members: (series: number) => boolean): boolean {
    return this.all.some(
      (each) =>
        window.id <= each.windowMax &&
        each.minMs <= window.maxMs &&
        each.maxMs >= window.minMs &&
        each.series.some(members),
    )
  }
}

/** Removes samples within the tombstone's times. */
function cut(columns: SampleColumns, from: number, { minMs, maxMs }: Tombstone): void {
  const { times, values, histograms, length } = columns
  let kept = from
  for (let i = from; i < length; i++) {
    const time = times[i]!
    if (time >= minMs && time <= maxMs) continue
    times[kept] = time
    values[kept] = values[i]!
    if (histograms !== undefined) histograms[kept] = histograms[i]
    kept++
  }
  if (histograms !== undefined) histograms.length = Math.min(histograms.length, kept)
  columns.length = kept
}

/** Whether an ascending list has a number. */
function has(list: Float64Array, number: number): boolean {
  let low = 0
  let high = list.length - 1
  while (low <= high) {
    const middle = (low + high) >>> 1
    const found = list[middle]!
    if (found === number) return true
    if (found < number) low = middle + 1
    else high = middle - 1
  }
  return false
}
