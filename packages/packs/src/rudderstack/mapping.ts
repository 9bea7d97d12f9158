/**
 * RudderStack's StatsD names → Prometheus series. Tags become labels by themselves, dots underscores,
 * and timers seconds; rules are here only where that is not enough:
 *
 * - timers of which the share above an edge is asked become histograms, whose edges are those of the
 *   alerts and of the server's own histograms (a server that runs the warehouse has no edge below a minute);
 * - one name that comes as two types gets two names;
 * - gauges that come once a minute, or only when they change, outlive a short `ttl` of others; those of
 *   the runtime come every 10 s, so that they are gone soon after the process;
 * - names of 2021 that hold a value get it as a label.
 */
import type { MappingConfig, MappingRule } from '../pack.ts'

/** From receipt to delivery, and syncs of a warehouse: a second to a day. */
const DELIVERY = [
  0.5, 1, 1.5, 2.5, 5, 10, 15, 30, 60, 300, 600, 1800, 3600, 5400, 12_600, 23_400, 45_000, 88_200,
] as const

/** Work inside: 5 ms to ten minutes. */
const WORK = [
  0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 1.5, 2.5, 5, 10, 30, 60, 300, 600,
] as const

/** An upload or a compaction: a tenth of a second to three hours. */
const LONG = [0.1, 0.5, 1, 5, 10, 30, 60, 300, 600, 1800, 3600, 10_800] as const

const BYTES = [1e3, 1e4, 1e5, 2.5e5, 5e5, 1e6, 4e6, 1e7, 1e8] as const

const COUNTS = [1, 2, 5, 10, 25, 50, 100, 250, 500, 1000, 5000, 10_000] as const

const HISTOGRAMS: readonly (readonly [buckets: readonly number[], names: readonly string[]])[] = [
  [DELIVERY, ['event_delivery_time']],
  [
    WORK,
    [
      'gateway.response_time',
      'gateway.batch_time',
      'proc_transform_stage_duration',
      'proc_user_transform',
      'proc_dest_transform',
      'processor_transformer_request_time',
      'processor.transformer_request_time',
      'delivery_latency',
      'router_delivery_time',
      'jobsdb_get_jobs_time',
      'store_jobs',
      'update_job_status_time',
      'transformer.createivm_duration',
      'transformer.user_transform_function_latency',
      'transformer.user_transform_request_latency',
    ],
  ],
  [
    LONG,
    [
      'processor.event_pickup_lag_seconds',
      'gateway.event_pickup_lag_seconds',
      'migration_loop',
      'brt_upload_time',
      'async_upload_time',
      'upload_time',
      'load_file_generation_time',
      'wh_processing_pickup_lag',
    ],
  ],
  [BYTES, ['gateway.request_size', 'router_delivery_payload_size_bytes', 'payload_size']],
  [COUNTS, ['gateway.batch_size']],
]

function histogram(match: string, buckets: readonly number[]): MappingRule {
  return {
    match,
    match_metric_type: 'observer',
    name: match.replaceAll('.', '_'),
    observer_type: 'histogram',
    histogram_options: { buckets: [...buckets] },
  }
}

/** One name, two types: the lesser one moves. */
const MOVED: readonly MappingRule[] = [
  { match: 'payload_size', match_metric_type: 'gauge', name: 'payload_size_last' },
  { match: 'gateway.request_size', match_metric_type: 'counter', name: 'gateway_request_bytes' },
  { match: 'gateway.batch_size', match_metric_type: 'counter', name: 'gateway_batched_requests' },
]

const SELDOM_TTL = '168h'

const GAUGES: readonly MappingRule[] = [
  {
    match: String.raw`^runtime_(cpu|mem)\.(\w+)$`,
    match_type: 'regex',
    match_metric_type: 'gauge',
    name: 'runtime_${1}_${2}',
    ttl: '2m',
  },
  {
    match: String.raw`^runtime_mem\.(\w+)\.(\w+)$`,
    match_type: 'regex',
    match_metric_type: 'gauge',
    name: 'runtime_mem_${1}_${2}',
    ttl: '2m',
  },
  ...[
    'jobsdb_rt_pending_events_count',
    'jobsdb_batch_rt_pending_events_count',
    'jobsdb_rt_pending_events_count_all',
    'jobsdb_batch_rt_pending_events_count_all',
    'warehouse_track_upload_missing',
    'warehouse_cron_tracker_timestamp_seconds',
    'throttling_rate_limit',
  ].map((name): MappingRule => ({
    match: name,
    match_metric_type: 'gauge',
    name,
    ttl: SELDOM_TTL,
  })),
  ...['jobsdb.tables_count', 'jobsdb.pre_drop_tables_count'].map((match): MappingRule => ({
    match,
    match_metric_type: 'gauge',
    name: match.replaceAll('.', '_'),
    ttl: SELDOM_TTL,
  })),
]

/** Names of 2021 with a queue or a destination inside. */
const FORMER: readonly MappingRule[] = [
  {
    match: String.raw`^jobsdb\.(gw|rt|batch_rt|proc_error)_tables_count$`,
    match_type: 'regex',
    match_metric_type: 'gauge',
    name: 'jobsdb_tables_count',
    labels: { customVal: '$1' },
    ttl: SELDOM_TTL,
  },
  {
    ...histogram('brt_upload_time', LONG),
    match: String.raw`^batch_router\.([A-Z0-9]+(?:_[A-Z0-9]+)*)_dest_upload_time$`,
    match_type: 'regex',
    labels: { destType: '$1' },
  },
]

export const MAPPING: MappingConfig = {
  mappings: [
    ...MOVED,
    ...HISTOGRAMS.flatMap(([buckets, names]) => names.map((name) => histogram(name, buckets))),
    ...GAUGES,
    ...FORMER,
  ],
}
