import type { SampleView } from '@weir/model'

/**
 * What functions of ranges want to see of data that is kept at a step. The others take the samples
 * that were kept: exact for extremes, the first and the last, an estimate for what depends on all.
 */
const VIEWS: Readonly<Record<string, SampleView>> = {
  rate: 'counter',
  increase: 'counter',
  irate: 'counter',
  resets: 'counter',
  sum_over_time: 'sum',
  avg_over_time: 'sum',
  count_over_time: 'sum',
}

export function viewOf(functionName: string): SampleView {
  return VIEWS[functionName] ?? 'range'
}
