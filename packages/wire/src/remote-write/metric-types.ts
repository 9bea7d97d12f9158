import type { MetricType } from '@weir/model'

/** The numbers of `MetricMetadata.MetricType`, the same in 1.0 and 2.0. */
export const METRIC_TYPES: readonly MetricType[] = [
  'unknown',
  'counter',
  'gauge',
  'histogram',
  'gaugehistogram',
  'summary',
  'info',
  'stateset',
]
