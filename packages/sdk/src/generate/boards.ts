/** What the health dashboard shows: groups of panels, by title; of a panel, expressions by legend. */
export type Board = Readonly<Record<string, readonly BoardPanel[]>>

export interface BoardPanel {
  readonly title: string
  /** Grafana's unit: `ops`, `ms`, `bytes`, `percentunit`, `short`. */
  readonly unit: string
  readonly targets: Readonly<Record<string, string>>
}

const rate = (metric: string, by = ''): string =>
  `sum${by === '' ? '' : ` by (${by})`} (rate(${metric}[5m]))`

function quantiles(title: string, metric: string): BoardPanel {
  const of = (q: number): string =>
    `histogram_quantile(${q}, sum by (le) (rate(${metric}_bucket[5m])))`
  return { title, unit: 'ms', targets: { p50: of(0.5), p95: of(0.95), p99: of(0.99) } }
}

/** Over what the reporters of this package tell. */
export function sdkBoard(prefix: string): Board {
  const success = rate('validation_success_total')
  const failures = rate('validation_failures_total')
  return {
    Throughput: [
      {
        title: 'Records per second',
        unit: 'ops',
        targets: {
          valid: rate(`${prefix}_valid_records_total`),
          invalid: rate(`${prefix}_invalid_records_total`),
          all: rate(`${prefix}_throughput_total`),
        },
      },
      {
        title: 'Consumed and written',
        unit: 'ops',
        targets: {
          consumed: rate('kafka_records_consumed_total'),
          written: rate('iceberg_records_written_total'),
        },
      },
    ],
    Latency: [
      quantiles('Processing', 'processing_latency_ms'),
      quantiles('Kafka', 'kafka_consumption_latency_ms'),
      quantiles('Iceberg', 'iceberg_write_latency_ms'),
    ],
    'Kafka Consumer Lag': [
      {
        title: 'By partition',
        unit: 'short',
        targets: {
          '{{kafka_topic}} {{kafka_partition}}':
            'sum by (kafka_topic, kafka_partition) (kafka_consumer_lag)',
        },
      },
      {
        title: 'Trend',
        unit: 'short',
        targets: { '{{group}}': 'sum by (group) (kafka_consumer_lag)' },
      },
    ],
    'Checkpoint Health': [
      {
        title: 'Duration',
        unit: 'ms',
        targets: { '{{job_name}}': 'max by (job_name) (checkpoint_duration_ms)' },
      },
      {
        title: 'Size',
        unit: 'bytes',
        targets: { '{{job_name}}': 'max by (job_name) (checkpoint_size_bytes)' },
      },
      {
        title: 'Failures',
        unit: 'short',
        targets: {
          '{{job_name}}': 'sum by (job_name) (increase(checkpoint_failures_total[10m]))',
        },
      },
      {
        title: 'Age',
        unit: 's',
        targets: {
          '{{job_name}}': 'time() - max by (job_name) (checkpoint_last_success_timestamp_seconds)',
        },
      },
    ],
    'Resource Usage': [
      {
        title: 'CPU',
        unit: 'percentunit',
        targets: { '{{instance}}': 'rate(process_cpu_seconds_total[5m])' },
      },
      {
        title: 'Heap',
        unit: 'percentunit',
        targets: { '{{instance}}': 'nodejs_heap_size_used_bytes / nodejs_heap_size_limit_bytes' },
      },
      {
        title: 'Event loop busy',
        unit: 'percentunit',
        targets: { '{{instance}}': 'nodejs_eventloop_utilization_ratio' },
      },
    ],
    'Data Quality': [
      {
        title: 'Validation success rate',
        unit: 'percentunit',
        targets: { valid: `${success} / (${success} + (${failures} or 0 * ${success}))` },
      },
      {
        title: 'Failures by reason',
        unit: 'ops',
        targets: { '{{reason}}': rate('validation_failures_total', 'reason') },
      },
      {
        title: 'Records by type',
        unit: 'ops',
        targets: { '{{data_type}}': rate(`${prefix}_records_by_type_total`, 'data_type') },
      },
    ],
  }
}

/** Over what Flink exports of such a job. */
export function flinkBoard(prefix: string): Board {
  const task = 'flink_taskmanager_job_task'
  const operator = `${task}_operator`
  const own = `${operator}_${prefix}`
  const jobManager = 'flink_jobmanager_job'
  const jvm = 'flink_taskmanager_Status_JVM'
  return {
    Throughput: [
      {
        title: 'Records per second',
        unit: 'ops',
        targets: {
          valid: rate(`${own}_valid_records`),
          invalid: rate(`${own}_invalid_records`),
          all: rate(`${own}_throughput`),
        },
      },
      {
        title: 'In and out of tasks',
        unit: 'ops',
        targets: { in: rate(`${task}_numRecordsIn`), out: rate(`${task}_numRecordsOut`) },
      },
    ],
    Latency: [
      {
        title: 'Event time lag at the source',
        unit: 'ms',
        targets: { '{{job_name}}': `max by (job_name) (${operator}_currentEmitEventTimeLag)` },
      },
      {
        title: 'Fetch lag',
        unit: 'ms',
        targets: { '{{job_name}}': `max by (job_name) (${operator}_currentFetchEventTimeLag)` },
      },
      {
        title: 'Last Iceberg commit',
        unit: 'ms',
        targets: {
          '{{table}}': `max by (table) (${operator}_IcebergFilesCommitter_table_lastCommitDurationMs)`,
        },
      },
    ],
    'Kafka Consumer Lag': [
      {
        title: 'By subtask',
        unit: 'short',
        targets: { '{{subtask_index}}': `sum by (subtask_index) (${operator}_pendingRecords)` },
      },
      {
        title: 'Trend',
        unit: 'short',
        targets: { '{{job_name}}': `sum by (job_name) (${operator}_pendingRecords)` },
      },
    ],
    'Checkpoint Health': [
      {
        title: 'Duration',
        unit: 'ms',
        targets: { '{{job_name}}': `${jobManager}_lastCheckpointDuration` },
      },
      {
        title: 'Size',
        unit: 'bytes',
        targets: { '{{job_name}}': `${jobManager}_lastCheckpointSize` },
      },
      {
        title: 'Failures',
        unit: 'short',
        targets: { '{{job_name}}': `increase(${jobManager}_numberOfFailedCheckpoints[10m])` },
      },
    ],
    'Resource Usage': [
      { title: 'CPU', unit: 'percentunit', targets: { '{{tm_id}}': `${jvm}_CPU_Load` } },
      {
        title: 'Heap',
        unit: 'percentunit',
        targets: { '{{tm_id}}': `${jvm}_Memory_Heap_Used / (${jvm}_Memory_Heap_Max > 0)` },
      },
      {
        title: 'Network buffers',
        unit: 'bytes',
        targets: { '{{tm_id}}': 'flink_taskmanager_Status_Shuffle_Netty_UsedMemory' },
      },
    ],
    'Data Quality': [
      {
        title: 'Validation success rate',
        unit: 'percentunit',
        targets: { valid: `1 - ${rate(`${own}_invalid_records`)} / ${rate(`${own}_throughput`)}` },
      },
      {
        title: 'Failures so far, by metric',
        unit: 'short',
        targets: {
          '{{__name__}}': `sum by (__name__) ({__name__=~"${operator}_validation_failures_.+"})`,
        },
      },
      {
        title: 'Records so far, by metric',
        unit: 'short',
        targets: {
          '{{__name__}}': `sum by (__name__) ({__name__=~"${own}_records_by_type_.+"})`,
        },
      },
    ],
  }
}
