import { type Labels, METRIC_NAME } from '@weir/model'

/** What of a data directory is wanted; both ends are included. */
export interface Wanted {
  readonly fromMs: number
  readonly untilMs: number
  readonly matches: (labels: Labels) => boolean
}

/** The name of the metric in `name, value, …`; '' for none. */
export function metricOf(pairs: readonly string[]): string {
  for (let i = 0; i < pairs.length; i += 2) {
    if (pairs[i] === METRIC_NAME) return pairs[i + 1]!
  }
  return ''
}
