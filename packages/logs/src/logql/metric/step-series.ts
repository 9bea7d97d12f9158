import type { Labels } from '@weir/model'

/** Values of a series at each step, where there are some: `isThere[k]` is 1. */
export interface StepSeries {
  readonly labels: Labels
  readonly values: Float64Array
  readonly isThere: Uint8Array
}
