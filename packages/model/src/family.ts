import type { Labels } from './labels.ts'
import type { MetricType } from './metadata.ts'

/** One line of an exposition page. */
export interface FamilySample {
  /** The full name, suffix included: `x_bucket`, `x_sum`, `x_total`. */
  readonly name: string
  /** Without the metric name. */
  readonly labels: Labels
  readonly value: number
}

/** A metric with all its samples of one moment, as an exposition page shows it. */
export interface MetricFamily {
  readonly name: string
  readonly type: MetricType
  readonly help: string
  readonly samples: readonly FamilySample[]
}
