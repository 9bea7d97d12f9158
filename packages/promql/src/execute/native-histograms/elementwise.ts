import type { NativeHistogram } from '@weir/model'
import type { Histograms } from '../../result.ts'
import { HistogramSum } from './histogram-sum.ts'
import { nativeVariance } from './quantile.ts'

/** Functions of a histogram that yield a number. */
export const HISTOGRAM_NUMBERS: ReadonlyMap<string, (histogram: NativeHistogram) => number> =
  new Map<string, (histogram: NativeHistogram) => number>([
    ['histogram_count', ({ count }) => count],
    ['histogram_sum', ({ sum }) => sum],
    ['histogram_avg', ({ sum, count }) => sum / count],
    ['histogram_stdvar', nativeVariance],
    ['histogram_stddev', (histogram) => Math.sqrt(nativeVariance(histogram))],
  ])

export function negated(histogram: NativeHistogram | undefined): NativeHistogram | undefined {
  if (histogram === undefined) return undefined
  const sum = new HistogramSum(histogram)
  sum.scale(-1)
  return sum.result()
}

/** Takes histograms out of a series, silently; tells whether a number is left. */
export function onlyNumbers(present: Uint8Array, histograms: Histograms & object): boolean {
  let left = 0
  for (let k = 0; k < present.length; k++) {
    if (histograms[k] !== undefined) present[k] = 0
    left |= present[k]!
  }
  return left === 1
}
