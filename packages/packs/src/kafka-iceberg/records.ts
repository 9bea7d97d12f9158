/**
 * Recording rules that signals, alerts and boards build on, in three layers:
 *
 * **Names that a guide promised.** Flink puts `flink_taskmanager_job_task_operator_` before a job's
 * own counters, adds no `_total`, and has the kinds of things in names. Records give them the names and
 * labels that the reporters of `@weir/sdk` use; `flink_consumer_lag` is Flink's `pendingRecords`.
 * They are kept by subtask, without the attempt that changes at each restart, so `rate` sees a reset
 * where one was, and never two attempts at once.
 *
 * **Which pipeline.** A job's own metrics have `job_name`; those about Kafka and Iceberg have none, but
 * the `job` of their process. `kafka_iceberg:jobs` says which pipeline a process is.
 *
 * **Figures**, each by pipeline.
 */
import type { RecordingRule } from '../pack.ts'

export const OPERATOR = 'flink_taskmanager_job_task_operator'
export const COMMITTER = `${OPERATOR}_IcebergFilesCommitter_table`
export const WRITER = `${OPERATOR}_IcebergStreamWriter_table`

const SUBTASK = 'job_name, operator_name, subtask_index'

/** Flink's counters, and what they are called elsewhere. */
const ALIASES: Readonly<Record<string, string>> = {
  health_data_valid_records: 'health_data_valid_records_total',
  health_data_invalid_records: 'health_data_invalid_records_total',
  health_data_throughput: 'health_data_throughput_total',
  validation_success: 'validation_success_total',
  kafka_records_consumed: 'kafka_records_consumed_total',
  kafka_deserialization_errors: 'kafka_deserialization_errors_total',
  iceberg_records_written: 'iceberg_records_written_total',
  iceberg_write_failures: 'iceberg_write_failures_total',
}

const PROMISED: readonly RecordingRule[] = [
  ...Object.entries(ALIASES).map(([from, record]) => ({
    record,
    expr: `max by (${SUBTASK}) (${OPERATOR}_${from})`,
  })),
  {
    record: 'health_data_records_by_type_total',
    expr: `max by (${SUBTASK}, data_type) (label_replace({__name__=~"${OPERATOR}_health_data_records_by_type_.+"}, "data_type", "$1", "__name__", ".+_by_type_(.+)"))`,
  },
  {
    // Types are written in camel case, so the last part is the type and all before it the reason.
    record: 'validation_failures_total',
    expr: `max by (${SUBTASK}, reason, data_type) (label_replace(label_replace({__name__=~"${OPERATOR}_validation_failures_.+_.+"}, "reason", "$1", "__name__", ".+_validation_failures_(.+)_[^_]+"), "data_type", "$1", "__name__", ".+_([^_]+)"))`,
  },
  {
    // NaN before the first fetch: left out, else the whole sum would be NaN.
    record: 'flink_consumer_lag',
    expr: `sum by (job_name, operator_name) (max by (${SUBTASK}) (${OPERATOR}_pendingRecords >= 0))`,
  },
]

const JOBS: readonly RecordingRule[] = [
  {
    record: 'kafka_iceberg:jobs',
    expr: `group by (job, pipeline) (${[
      'label_replace(topk by (job) (1, group by (job, job_name) ({__name__=~"health_data_throughput_total|checkpoint_failures_total",job!="",job_name!=""})), "pipeline", "$1", "job_name", "(.+)")',
      'label_replace(group by (job) ({__name__=~"kafka_records_consumed_total|kafka_deserialization_errors_total|iceberg_records_written_total|iceberg_write_failures_total|validation_success_total|kafka_consumer_assigned_partitions",job!="",job_name=""}), "pipeline", "$1", "job", "(.+)")',
    ].join(' or on (job) ')})`,
  },
  {
    // Flink's jobs that write to Iceberg or tell one of the counters above; all others are the Flink pack's.
    record: 'kafka_iceberg:flink_jobs',
    expr: `group by (job_name) ({__name__=~"${COMMITTER}_elapsedSecondsSinceLastSuccessfulCommit|${WRITER}_flushedDataFiles|${OPERATOR}_(health_data_throughput|kafka_records_consumed|iceberg_records_written)"})`,
  },
]

const NAMED = 'kafka_iceberg:jobs'

/** Sums by pipeline: by `job_name` where there is one, else by the process. */
function byPipeline(expr: (matcher: string) => string, more: readonly string[] = []): string {
  const by = (label: string): string => [label, ...more].join(', ')
  return (
    `sum by (${by('pipeline')}) (label_replace(sum by (${by('job_name')}) (${expr('job_name!=""')}), "pipeline", "$1", "job_name", "(.+)") or ` +
    `sum by (${by('job')}) (${expr('job_name=""')}) * on (job) group_left (pipeline) ${NAMED})`
  )
}

function rate(metric: string, more: readonly string[] = []): string {
  return byPipeline((matcher) => `rate(${metric}{${matcher}}[5m])`, more)
}

/** A figure of Flink itself, of jobs that are ours. */
export function ofFlink(expr: string, more: readonly string[] = []): string {
  return `max by (${['pipeline', ...more].join(', ')}) (label_replace(${expr} and on (job_name) kafka_iceberg:flink_jobs, "pipeline", "$1", "job_name", "(.+)"))`
}

/** What Iceberg itself reports of a table: the pipeline is called as the table. */
export function ofTable(perTable: string, more: readonly string[] = []): string {
  return `max by (${['pipeline', ...more].join(', ')}) (label_replace(${perTable}, "pipeline", "$1", "table", "(.+)"))`
}

const flinkRate = (metric: string, matcher = ''): string =>
  ofFlink(`sum by (job_name) (rate(${metric}${matcher}[5m]))`)

const pace = (record: string, expr: string): RecordingRule => ({
  record: `kafka_iceberg:${record}:rate5m`,
  expr,
})

const THROUGHPUT: readonly RecordingRule[] = [
  pace(
    'consumed',
    `${rate('kafka_records_consumed_total')} or on (pipeline) ${flinkRate(`${OPERATOR}_numRecordsOut`, '{operator_name=~"Source.*"}')}`,
  ),
  pace(
    'unread',
    `${rate('kafka_deserialization_errors_total')} or on (pipeline) ${flinkRate(`${OPERATOR}_numRecordsInErrors`)}`,
  ),
  pace('valid', rate('health_data_valid_records_total')),
  pace('invalid', rate('health_data_invalid_records_total')),
  pace('processed', rate('health_data_throughput_total')),
  pace('by_type', rate('health_data_records_by_type_total', ['data_type'])),
  pace('validated', rate('validation_success_total')),
  pace('validation_failed', rate('validation_failures_total', ['reason', 'data_type'])),
  pace(
    'written',
    `${rate('iceberg_records_written_total')} or on (pipeline) ${flinkRate(`${COMMITTER}_committedDataFilesRecordCount`)}`,
  ),
  pace('write_failed', rate('iceberg_write_failures_total')),
]

const LATENCY: readonly RecordingRule[] = [
  'processing_latency_ms',
  'kafka_consumption_latency_ms',
  'iceberg_write_latency_ms',
].map((metric) => ({
  record: `kafka_iceberg:${metric}_bucket:rate5m`,
  expr: rate(`${metric}_bucket`, ['le']),
}))

const LAG: readonly RecordingRule[] = [
  {
    // Two processes may tell of one partition while it changes hands: the greater lag is the true one.
    record: 'kafka_iceberg:partition_lag',
    expr: `max by (pipeline, group, kafka_topic, kafka_partition) (max by (job, group, kafka_topic, kafka_partition) (kafka_consumer_lag{kafka_topic!=""} >= 0) * on (job) group_left (pipeline) ${NAMED})`,
  },
  {
    record: 'kafka_iceberg:lag',
    expr: `sum by (pipeline) (kafka_iceberg:partition_lag) or on (pipeline) ${ofFlink('sum by (job_name) (flink_consumer_lag)')}`,
  },
]

/** Two rules: the moment at which a count last changed, and the count to compare with next time. */
function remembered(what: string, count: string): RecordingRule[] {
  const moment = `kafka_iceberg:${what}_time_seconds`
  const before = `kafka_iceberg:${what}_count`
  return [
    {
      record: moment,
      expr: [
        `(0 * (${count} != ${before}) + time())`,
        `(0 * ((${count}) unless ${before}) + time())`,
        `(last_over_time(${moment}[6h]) > time() - ${2 * 86_400})`,
      ].join(' or '),
    },
    { record: before, expr: count },
  ]
}

const CHECKPOINTS: readonly RecordingRule[] = [
  {
    record: 'kafka_iceberg:checkpoint_seconds',
    expr: `max by (pipeline) (label_replace(checkpoint_duration_ms{job_name!=""}, "pipeline", "$1", "job_name", "(.+)") or ${ofFlink('max by (job_name) (flink_jobmanager_job_lastCheckpointDuration >= 0)')}) / 1000`,
  },
  {
    record: 'kafka_iceberg:checkpoint_bytes',
    expr: `max by (pipeline) (label_replace(checkpoint_size_bytes{job_name!=""}, "pipeline", "$1", "job_name", "(.+)") or ${ofFlink('max by (job_name) (flink_jobmanager_job_lastCheckpointSize >= 0)')})`,
  },
  {
    record: 'kafka_iceberg:checkpoint_failures:increase10m',
    expr: `sum by (pipeline) (label_replace(sum by (job_name) (increase(checkpoint_failures_total{job_name!=""}[10m])), "pipeline", "$1", "job_name", "(.+)") or ${ofFlink('max by (job_name) (increase(flink_jobmanager_job_numberOfFailedCheckpoints[10m]))')})`,
  },
  // Flink does not say when the last one was complete.
  ...remembered(
    'checkpoint',
    `(${ofFlink('max by (job_name) (flink_jobmanager_job_numberOfCompletedCheckpoints > 0)')})`,
  ),
  {
    record: 'kafka_iceberg:checkpoint_age_seconds',
    expr: 'time() - (max by (pipeline) (label_replace(checkpoint_last_success_timestamp_seconds{job_name!=""}, "pipeline", "$1", "job_name", "(.+)")) or max by (pipeline) (kafka_iceberg:checkpoint_time_seconds))',
  },
]

const COMMITS: readonly RecordingRule[] = [
  {
    // The least: an attempt that is over goes on to grow where its metrics were pushed.
    record: 'kafka_iceberg:commit_age_seconds',
    expr: `${committed(`min by (job_name, table) (${COMMITTER}_elapsedSecondsSinceLastSuccessfulCommit)`)} or on (pipeline) ${ofTable('time() - max by (table) (iceberg_last_commit_timestamp_seconds)', ['table'])}`,
  },
  {
    record: 'kafka_iceberg:committed_files:increase15m',
    expr: committed(
      `sum by (job_name, table) (increase(${COMMITTER}_committedDataFilesCount[15m]))`,
    ),
  },
  {
    record: 'kafka_iceberg:flushed_files:increase15m',
    expr: committed(`sum by (job_name, table) (increase(${WRITER}_flushedDataFiles[15m]))`),
  },
  ...(
    [
      ['added_files', 'committedDataFilesCount', 'iceberg_added_files_total'],
      ['added_bytes', 'committedDataFilesByteCount', 'iceberg_added_bytes_total'],
    ] as const
  ).map(([what, ofSink, ofReports]) => ({
    record: `kafka_iceberg:${what}:increase1h`,
    expr: `${committed(`sum by (job_name, table) (increase(${COMMITTER}_${ofSink}[1h]))`)} or ${ofTable(`sum by (table) (increase(${ofReports}[1h]))`, ['table'])}`,
  })),
]

function committed(perTable: string): string {
  return ofFlink(perTable, ['table'])
}

const MOMENTS: readonly RecordingRule[] = [
  {
    record: 'kafka_iceberg:written_time_seconds',
    expr: '(0 * (kafka_iceberg:written:rate5m > 0) + time()) or (last_over_time(kafka_iceberg:written_time_seconds[6h]) > time() - 172800)',
  },
  {
    // A process that tells its stages itself is a pipeline of one's own, and not shown twice.
    record: 'kafka_iceberg:pipelines',
    expr: `group by (pipeline) (${NAMED} unless on (job) pipeline_stage_records_total) or group by (pipeline) (label_replace(kafka_iceberg:flink_jobs, "pipeline", "$1", "job_name", "(.+)"))`,
  },
]

/** In evaluation order: each may use those above it. */
export const RECORDS: readonly RecordingRule[] = [
  ...PROMISED,
  ...JOBS,
  ...THROUGHPUT,
  ...LATENCY,
  ...LAG,
  ...CHECKPOINTS,
  ...COMMITS,
  ...MOMENTS,
]
