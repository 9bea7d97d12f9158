/** What kind of metric a name is, in the words of Prometheus's metadata API. */
export type MetricType =
  | 'counter'
  | 'gauge'
  | 'histogram'
  | 'gaugehistogram'
  | 'summary'
  | 'info'
  | 'stateset'
  | 'unknown'

/** What is known about a metric name apart from its series. */
export interface MetricMetadata {
  readonly type: MetricType
  readonly help: string
  /** Base unit such as `seconds` or `bytes`, '' when not told. */
  readonly unit: string
}
