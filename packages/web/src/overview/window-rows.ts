/**
 * Which rows of a long list are near the screen. A thousand pipelines with five sparklines each are
 * five thousand drawings; only those that can be seen, and a few beside them, are made.
 */
export interface RowWindow {
  /** Rows `[first, end)` are to be drawn. */
  readonly first: number
  readonly end: number
  /** Pixels from the top of the list to row `first`. */
  readonly top: number
  /** Height of the whole list. */
  readonly total: number
}

/**
 * @param tops where each row begins, one more entry than rows: the last is the list's height
 * @param viewTop first visible pixel, in the list's own coordinates; may be negative
 */
export function rowWindow(
  tops: readonly number[],
  viewTop: number,
  viewHeight: number,
  spare = 600,
): RowWindow {
  const count = tops.length - 1
  const first = Math.max(0, lastAtOrBefore(tops, viewTop - spare))
  const end = Math.min(count, lastAtOrBefore(tops, viewTop + viewHeight + spare) + 1)
  return { first, end: Math.max(first, end), top: tops[first] ?? 0, total: tops[count] ?? 0 }
}

/** Row tops from row heights. */
export function topsOf(heights: readonly number[]): number[] {
  const tops = [0]
  for (const height of heights) tops.push(tops.at(-1)! + height)
  return tops
}

/** Index of the last entry that is not above `limit`, −1 when there is none. `tops` ascends. */
function lastAtOrBefore(tops: readonly number[], limit: number): number {
  let low = 0
  let high = tops.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (tops[middle]! <= limit) low = middle + 1
    else high = middle
  }
  return low - 1
}
