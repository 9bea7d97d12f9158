import type { SampleColumns } from '@weir/model'

/** Samples `[from, to)` of a column that came from one place. The smaller `order` was there first. */
export interface Run {
  readonly from: number
  readonly to: number
  readonly order: number
}

/**
 * Puts runs that overlap into one ascending stretch, each time once; of two samples at one time the
 * one from the run with the smaller order stays. Slow and rare: late samples only.
 */
export function mergeRuns(columns: SampleColumns, runs: readonly Run[]): void {
  const start = runs[0]!.from
  const count = columns.length - start
  const orders = new Float64Array(count)
  for (const run of runs) orders.fill(run.order, run.from - start, run.to - start)
  const times = columns.times.slice(start, columns.length)
  const values = columns.values.slice(start, columns.length)
  const positions = Uint32Array.from({ length: count }, (_, i) => i)
  positions.sort((a, b) => times[a]! - times[b]! || orders[a]! - orders[b]! || a - b)
  let at = start
  for (let i = 0; i < count; i++) {
    const position = positions[i]!
    if (at > start && columns.times[at - 1] === times[position]) continue
    columns.times[at] = times[position]!
    columns.values[at] = values[position]!
    at++
  }
  columns.length = at
}
