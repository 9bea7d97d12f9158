import type { HistogramPair } from '../api/prometheus.ts'

/**
 * Histograms over time as a grid: a column a step, a row between two neighbouring bounds of any
 * bucket. Buckets that are wider than a row (the schema changed on the way) are spread over the rows
 * they cover.
 */
export interface HeatGrid {
  /** Bounds of the rows, ascending: one more than there are rows. Ends may be infinite. */
  readonly bounds: readonly number[]
  readonly columnCount: number
  /** What is in row `r` of column `c`: `counts[c * rowCount + r]`. */
  readonly counts: Float64Array
  /** The largest of them. */
  readonly most: number
}

/** More rows than this are no picture; the finest are joined by two. */
const ROWS_MAX = 160

export function heatGrid(
  pairs: readonly HistogramPair[],
  { from, to, step }: { readonly from: number; readonly to: number; readonly step: number },
): HeatGrid {
  const columnCount = Math.max(1, Math.floor((to - from) / step) + 1)
  const bounds = boundsOf(pairs)
  const rowCount = Math.max(0, bounds.length - 1)
  const counts = new Float64Array(columnCount * rowCount)
  let most = 0
  for (const [at, { buckets = [] }] of pairs) {
    const column = Math.round((at - from) / step)
    if (column < 0 || column >= columnCount) continue
    for (const [, lower, upper, count] of buckets) {
      const first = rowAt(bounds, numberOf(lower))
      const end = Math.max(first + 1, rowAt(bounds, numberOf(upper)))
      for (let row = first; row < end && row < rowCount; row++) {
        const place = column * rowCount + row
        counts[place]! += Number(count) / (end - first)
        most = Math.max(most, counts[place]!)
      }
    }
  }
  return { bounds, columnCount, counts, most }
}

function boundsOf(pairs: readonly HistogramPair[]): number[] {
  const all = new Set<number>()
  for (const [, { buckets = [] }] of pairs) {
    for (const [, lower, upper] of buckets) all.add(numberOf(lower)).add(numberOf(upper))
  }
  let bounds = [...all].sort((a, b) => a - b)
  while (bounds.length > ROWS_MAX + 1) {
    const last = bounds.length - 1
    bounds = bounds.filter((_, i) => i % 2 === 0 || i === last)
  }
  return bounds
}

/** Prometheus writes `+Inf` where JavaScript reads `Infinity`. */
function numberOf(text: string): number {
  return Number(text.replace('Inf', 'Infinity'))
}

/** The row that begins at or before a value. */
function rowAt(bounds: readonly number[], value: number): number {
  let low = 0
  let high = bounds.length - 1
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if (bounds[middle]! <= value) low = middle
    else high = middle - 1
  }
  return low
}
