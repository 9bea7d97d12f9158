/**
 * What is left of a series in a window that is kept at a step: up to four chunks, side by side in
 * one sheet under the numbers `series · 4 + kind`.
 *
 * ```
 * KEPT     of each step the first, last, least and greatest sample; where the value fell once, also
 *          the samples on both sides of the fall; a stale marker that ends the step
 * COUNTER  only where a value fell more than once in a step: what a counter function must see instead
 * SUM      at the time of a step's last sample the sum of its samples
 * COUNT    at the same times, how many these were
 * ```
 */
export const KEPT = 0
export const COUNTER = 1
export const SUM = 2
export const COUNT = 3
export const CHUNKS_PER_SERIES = 4

/** The number of a chunk in a window with a step. Windows of whole samples use the series' own number. */
export function chunkNumber(series: number, kind: number): number {
  return series * CHUNKS_PER_SERIES + kind
}

/**
 * Which step a time belongs to. A step is open on the left, as PromQL's ranges are: with 5 minutes,
 * 10:00:00.001 to 10:05:00.000. So a range that begins and ends on steps holds whole steps.
 */
export function stepOf(timeMs: number, stepMs: number): number {
  return Math.ceil(timeMs / stepMs)
}
