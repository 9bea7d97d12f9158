/** What the SDK's reporters send by StatsD, where its own names and tags are not enough. */
import type { HistogramOptions, MappingConfig, MappingRule } from '../pack.ts'

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

export const MAPPING: MappingConfig = {
  mappings: [
    ...Object.entries(HISTOGRAMS).map(([name, options]): MappingRule => ({
      match: name,
      match_metric_type: 'observer',
      name,
      observer_type: 'histogram',
      histogram_options: options,
    })),
    // By StatsD nobody can say that a partition went elsewhere: its lag ends when nobody tells it.
    {
      match: 'kafka_consumer_lag',
      match_metric_type: 'gauge',
      name: 'kafka_consumer_lag',
      ttl: '2m',
    },
  ],
}
