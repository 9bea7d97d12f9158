import type { Line } from '../stage-table.ts'

/**
 * The course of a line: what it is now, what it usually was, where it is going. All on the grid of
 * the hour by which pipelines are judged; NaN where nothing is known.
 */

/** Steps that make "now": one value may be odd. */
const NOW_STEPS = 3
/** So much of the newest course is left out of what is usual. */
const RECENT_SHARE = 0.2
/** Fewer values say nothing about what is usual. */
const USUAL_MIN = 10

/** The value at the last step; undefined when there is none or it is no finite number. */
export function latest(line: Line | undefined): number | undefined {
  const last = line?.values.at(-1)
  return last !== undefined && Number.isFinite(last) ? last : undefined
}

/** The mean of the newest few values. */
export function present({ values }: Line): number | undefined {
  const known = values.subarray(-NOW_STEPS).filter(Number.isFinite)
  return known.length === 0 ? undefined : known.reduce((sum, each) => sum + each, 0) / known.length
}

/** What the line was before the newest fifth of what is known of it, ascending; undefined when that is too little. */
export function usual({ values }: Line): Float64Array | undefined {
  const first = values.findIndex(Number.isFinite)
  if (first < 0) return undefined
  const length = Math.floor((values.length - first) * (1 - RECENT_SHARE))
  const older = values.subarray(first, first + length)
  const known = older.filter(Number.isFinite).toSorted()
  return known.length < USUAL_MIN ? undefined : known
}

/** @param sorted ascending, not empty */
export function quantile(sorted: Float64Array, q: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))]!
}

/**
 * Change per second over the newest steps, by least squares; undefined with less than three values.
 *
 * @param steps how many steps back it looks
 */
export function slope({ values }: Line, stepMs: number, steps: number): number | undefined {
  const recent = values.subarray(-steps)
  let n = 0
  let sumX = 0
  let sumY = 0
  let sumXY = 0
  let sumXX = 0
  for (let k = 0; k < recent.length; k++) {
    const y = recent[k]!
    if (!Number.isFinite(y)) continue
    const x = (k * stepMs) / 1000
    n++
    sumX += x
    sumY += y
    sumXY += x * y
    sumXX += x * x
  }
  const spread = n * sumXX - sumX * sumX
  return n < 3 || spread === 0 ? undefined : (n * sumXY - sumX * sumY) / spread
}

/**
 * Since which step, without a break of more than one, a condition holds that holds at the end;
 * undefined when it does not, or has held from the first known value on.
 */
export function heldSince(
  count: number,
  holds: (k: number) => boolean | undefined,
): number | undefined {
  let since: number | undefined
  let missed = 0
  for (let k = count - 1; k >= 0; k--) {
    const held = holds(k)
    if (held === undefined) continue
    if (held) {
      since = k
      missed = 0
    } else if (++missed > 1) {
      return since
    }
  }
  return undefined
}
