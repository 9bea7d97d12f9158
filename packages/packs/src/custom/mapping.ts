import type { HistogramOptions, MappingConfig, MappingRule } from '../pack.ts'

/** From a millisecond to ten minutes: a record's way through a stage or a batch job's. */
const BUCKETS: HistogramOptions = {
  buckets: [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 600],
}

/** What a stage can tell: the last part of the StatsD name, and the series it becomes. */
const FIGURES: readonly { readonly what: string; readonly more: Omit<MappingRule, 'match'> }[] = [
  { what: 'records', more: { name: 'pipeline_stage_records_total', match_metric_type: 'counter' } },
  { what: 'errors', more: { name: 'pipeline_stage_errors_total', match_metric_type: 'counter' } },
  {
    what: 'latency',
    more: {
      name: 'pipeline_stage_latency_seconds',
      match_metric_type: 'observer',
      observer_type: 'histogram',
      histogram_options: BUCKETS,
    },
  },
  { what: 'backlog', more: { name: 'pipeline_stage_backlog', match_metric_type: 'gauge' } },
  {
    what: 'last_success',
    more: {
      name: 'pipeline_stage_last_success_timestamp_seconds',
      match_metric_type: 'gauge',
    },
  },
]

/** Names with the pipeline in them, for plain StatsD; a fixed name for clients with tags. */
export const MAPPING: MappingConfig = {
  mappings: [
    { match: 'weir.stage.after', match_metric_type: 'gauge', name: 'pipeline_stage_after' },
    ...FIGURES.flatMap(({ what, more }) => [
      {
        ...more,
        match: `weir.pipeline.*.*.${what}`,
        labels: { pipeline: '$1', stage: '$2' },
      },
      { ...more, match: `weir.stage.${what}` },
    ]),
  ],
}
