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

/** Milliseconds; 10,000 is a bound because the SDK's alert on latency sits there. */
const MILLISECONDS: HistogramOptions = {
  buckets: [5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000, 30_000, 60_000, 300_000],
}

/** Histograms of the SDK's reporters, with the bounds that they have by its other outputs. */
const HISTOGRAMS: Readonly<Record<string, HistogramOptions>> = {
  processing_latency_ms: MILLISECONDS,
  kafka_consumption_latency_ms: MILLISECONDS,
  iceberg_write_latency_ms: MILLISECONDS,
  iceberg_batch_size: {
    buckets: [1, 10, 50, 100, 500, 1000, 5000, 10_000, 50_000, 100_000, 1_000_000],
  },
}

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
    ...Object.entries(HISTOGRAMS).map(([name, options]): MappingRule => ({
      match: name,
      match_metric_type: 'observer',
      name,
      observer_type: 'histogram',
      histogram_options: options,
    })),
  ],
}
