import type { RangeKernel } from './range-functions.ts'
import type { Windows } from './windows.ts'

/**
 * Least squares through each window, as `deriv` and `predict_linear` want it.
 *
 * All sums are compensated and added in order of time, as Prometheus adds them, so the answer is its
 * answer to the last digit: where a line is nearly flat, nothing is left of a slope but those digits.
 * Rounding errors are found by Knuth's TwoSum (1969), without a branch. What follows from the times
 * alone is worked out once for all series in a row that have the same times. Of 60 samples a window
 * takes 0.25 µs; with four sums of one call each it took 1.8.
 */

/** Sums over the times of each window, x in seconds from its zero. */
export interface TimeSums {
  readonly zeroMs: Float64Array
  readonly x: Float64Array
  readonly xx: Float64Array
}

/** A line at step `k`; called for windows of at least two samples. */
type Answer = (slope: number, intercept: number, k: number) => number

/** @param zeroAt where x is 0 at step `k`, which is where the intercept is */
function regression(zeroAt: (windows: Windows, k: number) => number, answer: Answer): RangeKernel {
  return (windows, out, present) => {
    const { times, values, from, to } = windows
    const sums = (windows.timeSums ??= timeSums(windows, zeroAt))
    for (let k = 0; k < windows.count; k++) {
      const start = from[k]!
      const end = to[k]!
      const n = end - start
      if (n < 2) continue
      present[k] = 1
      const zeroMs = sums.zeroMs[k]!
      const first = values[start]!
      let varies = false
      let y = 0
      let yLost = 0
      let xy = 0
      let xyLost = 0
      for (let i = start; i < end; i++) {
        const value = values[i]!
        if (value !== first) varies = true
        const next = y + value
        const part = next - y
        yLost += y - (next - part) + (value - part)
        y = next
        const product = ((times[i]! - zeroMs) / 1000) * value
        const nextProduct = xy + product
        const partProduct = nextProduct - xy
        xyLost += xy - (nextProduct - partProduct) + (product - partProduct)
        xy = nextProduct
      }
      if (!varies) {
        const isInfinite = first - first !== 0
        out[k] = answer(isInfinite ? Number.NaN : 0, isInfinite ? Number.NaN : first, k)
        continue
      }
      const sumX = sums.x[k]!
      const sumY = whole(y, yLost)
      const covariance = whole(xy, xyLost) - (sumX * sumY) / n
      const slope = covariance / (sums.xx[k]! - (sumX * sumX) / n)
      out[k] = answer(slope, sumY / n - (slope * sumX) / n, k)
    }
  }
}

/** At an infinity TwoSum finds NaN: then nothing was lost. */
function whole(sum: number, lost: number): number {
  return lost === lost ? sum + lost : sum
}

function timeSums(windows: Windows, zeroAt: (windows: Windows, k: number) => number): TimeSums {
  const { times, from, to, count } = windows
  const sums = {
    zeroMs: new Float64Array(count),
    x: new Float64Array(count),
    xx: new Float64Array(count),
  }
  for (let k = 0; k < count; k++) {
    const zeroMs = zeroAt(windows, k)
    let x = 0
    let xLost = 0
    let xx = 0
    let xxLost = 0
    for (let i = from[k]!; i < to[k]!; i++) {
      const seconds = (times[i]! - zeroMs) / 1000
      const next = x + seconds
      const part = next - x
      xLost += x - (next - part) + (seconds - part)
      x = next
      const square = seconds * seconds
      const nextSquare = xx + square
      const partSquare = nextSquare - xx
      xxLost += xx - (nextSquare - partSquare) + (square - partSquare)
      xx = nextSquare
    }
    sums.zeroMs[k] = zeroMs
    sums.x[k] = x + xLost
    sums.xx[k] = xx + xxLost
  }
  return sums
}

export const deriv: RangeKernel = regression(
  ({ times, from }, k) => times[from[k]!]!,
  (slope) => slope,
)

export function predictLinear(seconds: Float64Array): RangeKernel {
  return regression(
    ({ stepTimes }, k) => stepTimes[k]!,
    (slope, intercept, k) => slope * seconds[k]! + intercept,
  )
}
