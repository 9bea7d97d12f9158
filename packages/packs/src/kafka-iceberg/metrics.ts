/**
 * The reference: what the reporters of `@weir/sdk` tell (and a few records that give a Flink job's
 * figures the same names), what Iceberg says of commits and scans, and what Flink and its Iceberg sink
 * export of such a job.
 */
import type { MetricReference } from '../api.ts'

type Row = readonly [name: string, unit: string, labels: string, help: string, normal?: string]

function rows(
  type: MetricReference['type'],
  group: string,
  table: readonly Row[],
): MetricReference[] {
  return table.map(([name, unit, labels, help, normal = '']) => ({
    name,
    ...(name.includes('<') ? { pattern: name.replaceAll(/<\w+>/g, '.+') } : {}),
    group,
    type,
    unit,
    labels: labels === '' ? [] : labels.split(' '),
    help,
    normal,
  }))
}

const TABLE = 'iceberg_database iceberg_table'

const PROCESSING: readonly MetricReference[] = [
  ...rows('counter', 'Processing', [
    [
      'health_data_valid_records_total',
      'records',
      'job_name',
      'Rows that were handled well.',
      'Above 100 a second.',
    ],
    [
      'health_data_invalid_records_total',
      'records',
      'job_name',
      'Rows that were invalid or failed.',
    ],
    ['health_data_throughput_total', 'records', 'job_name', 'Rows, valid or not.'],
    ['health_data_records_by_type_total', 'records', 'data_type', 'Rows of each kind.'],
  ]),
  ...rows('histogram', 'Processing', [
    [
      'processing_latency_ms',
      'ms',
      'job_name',
      'From when a row came to be until it was handled.',
      'p95 below 10 s.',
    ],
  ]),
  ...rows('counter', 'Validation', [
    ['validation_success_total', 'records', '', 'Rows that passed.'],
    [
      'validation_failures_total',
      'records',
      'reason data_type',
      'Rows that did not, by reason.',
      'Below one in ten of all.',
    ],
  ]),
]

const KAFKA: readonly MetricReference[] = [
  ...rows('counter', 'Kafka', [
    ['kafka_records_consumed_total', 'records', 'kafka_topic', 'Messages that the pipeline took.'],
    [
      'kafka_deserialization_errors_total',
      'records',
      'kafka_topic',
      'Messages that could not be read.',
      '0.',
    ],
    [
      'kafka_consumer_rebalances_total',
      'rebalances',
      'group',
      'Times that partitions were dealt out anew.',
      'Rare; at deployments.',
    ],
    ['kafka_consumer_crashes_total', 'crashes', 'group restart', 'Crashes of the consumer.', '0.'],
    ['kafka_consumer_commits_total', 'commits', 'group', 'Commits of offsets.'],
    [
      'kafka_consumer_commit_failures_total',
      'commits',
      'group',
      'Commits of offsets that failed.',
      '0.',
    ],
    ['kafka_consumer_fetch_batches_total', 'batches', 'group', 'Batches that were fetched.'],
    [
      'kafka_consumer_unsubscribed_topics_total',
      'times',
      'group',
      'Times that topics were dealt to a consumer that did not ask for them.',
      '0.',
    ],
    ['kafka_client_disconnects_total', 'times', '', 'Connections that ended.'],
    [
      'kafka_client_request_timeouts_total',
      'requests',
      'api',
      'Requests without an answer in time.',
      '0.',
    ],
    [
      'kafka_broker_errors_total',
      'errors',
      'broker',
      'Errors of a broker, as librdkafka counts them.',
    ],
    ['kafka_client_received_messages_total', 'messages', '', 'Messages that librdkafka received.'],
  ]),
  ...rows('gauge', 'Kafka', [
    [
      'kafka_consumer_lag',
      'records',
      'kafka_topic kafka_partition group',
      'Records between the newest of a partition and the last one read. Only of partitions that this process reads.',
      'Falls after each peak; below 100,000 for a group.',
    ],
    [
      'kafka_consumer_committed_offset',
      'offset',
      'kafka_topic kafka_partition group',
      'The offset that was committed.',
    ],
    ['kafka_consumer_assigned_partitions', 'partitions', 'group', 'Partitions of this process.'],
    ['kafka_consumer_rebalancing', '', 'group', '1 while partitions are dealt out.'],
    [
      'kafka_consumer_last_heartbeat_timestamp_seconds',
      's',
      'group',
      'When the last heartbeat went out, seconds since 1970.',
    ],
    ['kafka_client_connected', '', '', '1 while connected.'],
    ['kafka_client_request_queue', 'requests', '', 'Requests that wait to be sent.'],
    [
      'kafka_client_reply_queue',
      'messages',
      '',
      'What librdkafka has for the application and nobody takes.',
    ],
    ['kafka_producer_queue_messages', 'messages', '', 'Messages that wait to be sent.'],
    ['kafka_broker_up', '', 'broker', '1 while the broker is connected.'],
    ['kafka_broker_rtt_ms', 'ms', 'broker quantile', 'Round trip to a broker.'],
    [
      'kafka_consumergroup_lag',
      'records',
      'consumergroup topic partition',
      'Lag of any consumer group, as kafka_exporter sees it: for jobs that do not tell theirs by partition.',
    ],
  ]),
  ...rows('histogram', 'Kafka', [
    [
      'kafka_consumption_latency_ms',
      'ms',
      'kafka_topic',
      'The age of messages when the pipeline got them.',
    ],
    ['kafka_consumer_batch_duration_ms', 'ms', 'kafka_topic', 'How long a batch took.'],
    ['kafka_consumer_fetch_latency_ms', 'ms', '', 'How long a fetch took.'],
    ['kafka_consumer_rebalance_duration_ms', 'ms', 'group', 'How long joining the group took.'],
    ['kafka_client_request_latency_ms', 'ms', 'api', 'How long requests to brokers took.'],
  ]),
]

const ICEBERG: readonly MetricReference[] = [
  ...rows('counter', 'Iceberg', [
    ['iceberg_records_written_total', 'records', TABLE, 'Records whose write succeeded.'],
    ['iceberg_write_failures_total', 'writes', TABLE, 'Writes that failed.', '0.'],
    ['iceberg_commits_total', 'commits', 'table operation', 'Commits, by what they did.'],
    [
      'iceberg_commit_attempts_total',
      'attempts',
      'table',
      'Attempts that commits took: more than one each means writers in conflict.',
    ],
    ['iceberg_added_records_total', 'records', 'table', 'Records that commits added.'],
    ['iceberg_added_files_total', 'files', 'table', 'Data files that commits added.'],
    ['iceberg_added_bytes_total', 'bytes', 'table', 'Bytes that commits added.'],
    ['iceberg_removed_records_total', 'records', 'table', 'Records that commits took away.'],
    [
      'iceberg_removed_files_total',
      'files',
      'table',
      'Data files that commits took away, also by compaction.',
    ],
    ['iceberg_scans_total', 'scans', 'table', 'Scans of the table.'],
  ]),
  ...rows('gauge', 'Iceberg', [
    ['iceberg_table_records', 'records', 'table', 'Records in the table.'],
    ['iceberg_table_data_files', 'files', 'table', 'Data files of the table.'],
    ['iceberg_table_bytes', 'bytes', 'table', 'Bytes of the table.'],
    [
      'iceberg_table_delete_files',
      'files',
      'table',
      'Delete files of the table: readers apply them at each scan.',
    ],
    [
      'iceberg_last_commit_timestamp_seconds',
      's',
      'table',
      'When the newest commit was reported, seconds since 1970.',
    ],
  ]),
  ...rows('histogram', 'Iceberg', [
    ['iceberg_write_latency_ms', 'ms', TABLE, 'How long a write took.'],
    ['iceberg_batch_size', 'records', TABLE, 'Records of a write.'],
    ['iceberg_commit_duration_ms', 'ms', 'table', 'How long a commit took.'],
    ['iceberg_scan_planning_duration_ms', 'ms', 'table', 'How long planning a scan took.'],
  ]),
]

const CHECKPOINTS: readonly MetricReference[] = [
  ...rows('gauge', 'Checkpoints', [
    [
      'checkpoint_duration_ms',
      'ms',
      'job_name',
      'How long the newest checkpoint took.',
      'Below 5 min.',
    ],
    ['checkpoint_size_bytes', 'bytes', 'job_name', 'Bytes of the newest checkpoint.'],
    [
      'checkpoint_last_success_timestamp_seconds',
      's',
      'job_name',
      'When the newest checkpoint was complete, seconds since 1970.',
    ],
  ]),
  ...rows('counter', 'Checkpoints', [
    ['checkpoint_failures_total', 'checkpoints', 'job_name', 'Checkpoints that failed.', '0.'],
  ]),
]

const PROCESS: readonly MetricReference[] = [
  ...rows('gauge', 'Process', [
    ['nodejs_heap_size_used_bytes', 'bytes', '', 'Heap in use.'],
    ['nodejs_heap_size_limit_bytes', 'bytes', '', 'Heap that V8 may have.'],
    [
      'nodejs_eventloop_utilization_ratio',
      'ratio',
      '',
      'Share of time that the event loop is busy.',
      'Below 0.9.',
    ],
  ]),
  ...rows('counter', 'Process', [
    ['process_cpu_seconds_total', 's', '', 'CPU time.'],
    [
      'pipeline_stage_records_total',
      'records',
      'pipeline stage',
      'Asked for only to leave pipelines alone that tell their stages themselves.',
    ],
  ]),
]

const OPERATOR = 'flink_taskmanager_job_task_operator'
const WRITER = `${OPERATOR}_IcebergStreamWriter_table`
const COMMITTER = `${OPERATOR}_IcebergFilesCommitter_table`
const SUBTASK = 'job_name operator_name subtask_index'

/** Flink exports all of these as gauges; counters are those that only grow. */
const FLINK: readonly MetricReference[] = [
  ...rows('counter', 'Flink: counters of the job', [
    [
      `${OPERATOR}_health_data_valid_records`,
      'records',
      SUBTASK,
      'Told as health_data_valid_records_total.',
    ],
    [
      `${OPERATOR}_health_data_invalid_records`,
      'records',
      SUBTASK,
      'Told as health_data_invalid_records_total.',
    ],
    [
      `${OPERATOR}_health_data_throughput`,
      'records',
      SUBTASK,
      'Told as health_data_throughput_total.',
    ],
    [
      `${OPERATOR}_health_data_records_by_type_<data_type>`,
      'records',
      SUBTASK,
      'Told as health_data_records_by_type_total, the type a label.',
    ],
    [`${OPERATOR}_validation_success`, 'records', SUBTASK, 'Told as validation_success_total.'],
    [
      `${OPERATOR}_validation_failures_<reason>_<data_type>`,
      'records',
      SUBTASK,
      'Told as validation_failures_total, reason and type labels: the last part is the type.',
    ],
    [
      `${OPERATOR}_kafka_records_consumed`,
      'records',
      SUBTASK,
      'Told as kafka_records_consumed_total.',
    ],
    [
      `${OPERATOR}_kafka_deserialization_errors`,
      'records',
      SUBTASK,
      'Told as kafka_deserialization_errors_total.',
    ],
    [
      `${OPERATOR}_iceberg_records_written`,
      'records',
      SUBTASK,
      'Told as iceberg_records_written_total.',
    ],
    [
      `${OPERATOR}_iceberg_write_failures`,
      'writes',
      SUBTASK,
      'Told as iceberg_write_failures_total.',
    ],
    [
      `${OPERATOR}_window_type_windows_processed`,
      'windows',
      `${SUBTASK} window_type`,
      'Windows that were closed: daily, weekly, monthly.',
    ],
    [
      `${OPERATOR}_window_type_records_aggregated`,
      'records',
      `${SUBTASK} window_type`,
      'Records in those windows.',
    ],
  ]),
  ...rows('counter', 'Flink: tasks', [
    [
      'flink_taskmanager_job_task_numRecordsIn',
      'records',
      'job_name task_name subtask_index',
      'Records into a task.',
    ],
    [
      'flink_taskmanager_job_task_numRecordsOut',
      'records',
      'job_name task_name subtask_index',
      'Records out of a task.',
    ],
    [
      `${OPERATOR}_numRecordsOut`,
      'records',
      SUBTASK,
      'Records out of an operator; of the source: what was consumed.',
    ],
    [
      `${OPERATOR}_numRecordsInErrors`,
      'records',
      SUBTASK,
      'Records that a source could not read.',
      '0.',
    ],
    [
      `${OPERATOR}_numLateRecordsDropped`,
      'records',
      SUBTASK,
      'Records that came after their window.',
      '0.',
    ],
  ]),
  ...rows('gauge', 'Flink: tasks', [
    [
      `${OPERATOR}_pendingRecords`,
      'records',
      SUBTASK,
      'Records that wait in Kafka for a source: its lag. May be NaN before the first fetch.',
    ],
    [
      `${OPERATOR}_currentEmitEventTimeLag`,
      'ms',
      SUBTASK,
      'Age of records when the source gives them on.',
    ],
    [
      'flink_taskmanager_job_task_backPressuredTimeMsPerSecond',
      'ms/s',
      'job_name task_name subtask_index',
      'How long of each second a task waits for the one after it.',
      'Near 0.',
    ],
  ]),
  ...rows('gauge', 'Flink: job and processes', [
    [
      'flink_jobmanager_job_lastCheckpointDuration',
      'ms',
      'job_name',
      'Of the newest checkpoint; -1 before the first.',
      'Below 5 min.',
    ],
    ['flink_jobmanager_job_lastCheckpointSize', 'bytes', 'job_name', 'Of the newest checkpoint.'],
    [
      'flink_jobmanager_job_numberOfFailedCheckpoints',
      'checkpoints',
      'job_name',
      'Checkpoints that failed: a total.',
      'Still.',
    ],
    [
      'flink_jobmanager_job_numberOfCompletedCheckpoints',
      'checkpoints',
      'job_name',
      'Checkpoints that were completed: a total.',
    ],
    [
      'flink_jobmanager_job_numberOfInProgressCheckpoints',
      'checkpoints',
      'job_name',
      'Under way now.',
    ],
    ['flink_jobmanager_job_numRestarts', 'restarts', 'job_name', 'Restarts: a total.', 'Still.'],
    ['flink_jobmanager_job_uptime', 'ms', 'job_name', 'Since the last start.'],
    ['flink_jobmanager_numRegisteredTaskManagers', 'processes', '', 'TaskManagers that are there.'],
    ['flink_taskmanager_Status_JVM_Memory_Heap_Used', 'bytes', 'tm_id', 'Heap in use.'],
    [
      'flink_taskmanager_Status_JVM_Memory_Heap_Max',
      'bytes',
      'tm_id',
      'Heap that there may be; -1 when it is not limited.',
    ],
    ['flink_taskmanager_Status_JVM_CPU_Load', 'ratio', 'tm_id', 'CPU of the process.'],
    [
      'flink_taskmanager_Status_Shuffle_Netty_UsedMemory',
      'bytes',
      'tm_id',
      'Network buffers in use.',
    ],
    [
      'flink_taskmanager_Status_Flink_Memory_Managed_Used',
      'bytes',
      'tm_id',
      'Managed memory in use: state of RocksDB.',
    ],
  ]),
  ...rows('counter', 'Flink: Iceberg sink', [
    [
      `${WRITER}_flushedDataFiles`,
      'files',
      `${SUBTASK} table`,
      'Data files that a writer finished at checkpoints.',
    ],
    [`${WRITER}_flushedDeleteFiles`, 'files', `${SUBTASK} table`, 'Delete files likewise.'],
    [
      `${COMMITTER}_committedDataFilesCount`,
      'files',
      `${SUBTASK} table`,
      'Data files that became part of the table.',
    ],
    [
      `${COMMITTER}_committedDataFilesRecordCount`,
      'records',
      `${SUBTASK} table`,
      'Records in them.',
    ],
    [`${COMMITTER}_committedDataFilesByteCount`, 'bytes', `${SUBTASK} table`, 'Bytes in them.'],
    [
      `${COMMITTER}_committedDeleteFilesCount`,
      'files',
      `${SUBTASK} table`,
      'Delete files that became part of the table.',
    ],
  ]),
  ...rows('gauge', 'Flink: Iceberg sink', [
    [
      `${WRITER}_lastFlushDurationMs`,
      'ms',
      `${SUBTASK} table`,
      'Flush and upload at the last checkpoint.',
    ],
    [`${COMMITTER}_lastCommitDurationMs`, 'ms', `${SUBTASK} table`, 'The last commit.'],
    [
      `${COMMITTER}_elapsedSecondsSinceLastSuccessfulCommit`,
      's',
      `${SUBTASK} table`,
      'What to watch: commits may stop while checkpoints succeed.',
      'A few checkpoint intervals.',
    ],
  ]),
]

export const METRICS: readonly MetricReference[] = [
  ...PROCESSING,
  ...KAFKA,
  ...ICEBERG,
  ...CHECKPOINTS,
  ...PROCESS,
  ...FLINK,
]
