import type { Labels } from '@weir/model'

/**
 * One series' samples and, for each step, the window of them that a range selector means: samples
 * `from[k] <= i < to[k]`, those with `ends[k] - rangeMs < time <= ends[k]`. Everything is reused for
 * the next series.
 */
export interface Windows {
  labels: Labels
  times: Float64Array
  values: Float64Array
  length: number
  readonly from: Int32Array
  readonly to: Int32Array
  readonly ends: Float64Array
  readonly rangeMs: number
  /** The evaluation times, without offset. */
  readonly stepTimes: Float64Array
  readonly count: number
}

/**
 * For each bound (ascending) how many times are at or before it.
 *
 * Most series are scraped regularly, so the distance of the last move is tried first; then a step
 * costs two comparisons, whatever its width. Where that fails, walk.
 */
export function positions(
  times: Float64Array,
  length: number,
  bounds: Float64Array,
  shiftMs: number,
  into: Int32Array,
): void {
  let position = 0
  let move = 0
  for (let k = 0; k < bounds.length; k++) {
    const bound = bounds[k]! - shiftMs
    const guess = position + move
    if (
      guess <= length &&
      (guess === 0 || times[guess - 1]! <= bound) &&
      (guess === length || times[guess]! > bound)
    ) {
      position = guess
    } else {
      const before = position
      while (position < length && times[position]! <= bound) position++
      move = position - before
    }
    into[k] = position
  }
}
