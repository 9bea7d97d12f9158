/** What Dagger itself sends, on the operators of its jobs and, for Parquet and BigQuery, by StatsD of its own. */
import type { MetricReference } from '../api.ts'
import { LABELS, type Row, type Table, references } from '../flink/metric-table.ts'
import { JOB_METRICS } from '../flink/metrics.ts'

const PREFIX = 'taskmanager_job_task_operator_'

function table(group: string, label: string, rows: readonly Row[]): Table {
  const labels = label === '' ? LABELS.operator : `${LABELS.operator} ${label}`
  return { group, prefix: PREFIX, labels, rows }
}

/** Meters of external post processors; all are there for every kind (HTTP, ES, PG, GRPC). */
const EXTERNAL: readonly (readonly [name: string, help: string, normal?: string])[] = [
  ['total_external_calls', 'Calls handed to the client.', 'As many as records that need one.'],
  ['success_response', 'Answers that could be used.', 'As many as calls.'],
  ['total_failures', 'Calls that failed, whatever the reason.', 'Below one in twenty.'],
  ['failures_code404', 'Answers 404.', 'Near 0.'],
  ['failures_code4XX', 'Other answers 4xx.', '0: what is asked is wrong.'],
  ['failures_code5XX', 'Answers 5xx.', '0: the service is in trouble.'],
  ['other_errors', 'Other answers, errors of transport and of gRPC.', '0.'],
  ['timeouts', 'Calls that took too long; fatal only with fail_on_errors.', '0.'],
  ['close_connection_on_external_client', 'Connectors that were closed.', '0 but at restarts.'],
  ['failures_on_reading_path', 'The JSON path was not in the answer.', '0.'],
  ['empty_input', 'The variables of the request were empty; no call was made.', 'Near 0.'],
  ['parse_errors', 'Elasticsearch: answers that could not be parsed.', '0.'],
  ['error_reading_response', 'Elasticsearch: answers that could not be read.', '0.'],
  ['other_errors_processing_response', 'Elasticsearch: other trouble with answers.', '0.'],
  ['invalid_configuration', 'A pattern, variable or column is wrong; mostly fatal.', '0.'],
  ['grpc_channel_not_available', 'gRPC: no channel; the row fails.', '0.'],
  ['request_error', 'Is there, and is never marked by present versions.'],
  ['empty_endpoint', 'Of versions that are gone.'],
]

const LONGBOW: readonly Row[] = [
  ['longbow_reader_success_on_read_document', 'meter', 'scans/s', 'Scans that succeeded.'],
  [
    'longbow_reader_success_on_read_document_response_time',
    'histogram',
    'ms',
    'How long they took, over 10 s.',
  ],
  ['longbow_reader_documents_read_per_scan', 'histogram', 'documents', 'Documents a scan read.'],
  ['longbow_reader_failed_on_read_document', 'meter', 'scans/s', 'Scans that failed.', '0.'],
  [
    'longbow_reader_failed_on_read_document_response_time',
    'histogram',
    'ms',
    'How long those took.',
  ],
  [
    'longbow_reader_failed_to_read_last_record',
    'meter',
    'scans/s',
    'No valid latest record: missed records.',
    'Near 0.',
  ],
  ['longbow_reader_timeouts_on_reader', 'meter', 'scans/s', 'Timeouts, which are fatal.', '0.'],
  ['longbow_reader_close_connection_on_reader', 'meter', 'times/s', 'Connections closed.'],
  ['longbow_writer_success_on_write_document', 'meter', 'documents/s', 'Writes that succeeded.'],
  [
    'longbow_writer_success_on_write_document_response_time',
    'histogram',
    'ms',
    'How long they took, over 10 s.',
  ],
  ['longbow_writer_failed_on_write_document', 'meter', 'documents/s', 'Writes that failed.', '0.'],
  [
    'longbow_writer_failed_on_write_document_response_time',
    'histogram',
    'ms',
    'How long those took.',
  ],
  ['longbow_writer_timeouts_on_writer', 'meter', 'documents/s', 'Timeouts, which are fatal.', '0.'],
  ['longbow_writer_close_connection_on_writer', 'meter', 'times/s', 'Connections closed.'],
  ['longbow_writer_success_on_create_bigtable', 'meter', 'tables/s', 'Tables made at the start.'],
  [
    'longbow_writer_success_on_create_bigtable_response_time',
    'histogram',
    'ms',
    'How long that took.',
  ],
  [
    'longbow_writer_failed_on_create_bigtable',
    'meter',
    'tables/s',
    'Tables that could not be made, which is fatal.',
    '0.',
  ],
  [
    'longbow_writer_failed_on_create_bigtable_response_time',
    'histogram',
    'ms',
    'How long that took.',
  ],
]

/** Gauges of 1 whose label tells something: an inventory. */
export const INVENTORY = [
  ['sink_type', 'Which sink: influx, kafka, log, bigquery.'],
  ['output_topic', 'Topic that a Kafka sink writes to.'],
  ['output_proto', 'Its message class.'],
  ['output_stream', 'Its cluster.'],
  ['input_topic', 'Topic that is read; published by older versions only.'],
  ['input_proto', 'Its message class; older versions only.'],
  ['input_stream', 'Its cluster; older versions only.'],
  ['pre_processor_type', 'Which pre processors.'],
  ['post_processor_type', 'Which post processors: HTTP, ES, PG, GRPC, longbow, transform.'],
  ['udf', 'User functions in the query.'],
] as const

const TABLES: readonly Table[] = [
  table('Post processors', 'source_metricId', [
    ...EXTERNAL.map(([name, help, normal = '']): Row => [
      `source_metricId_${name}`,
      'meter',
      'calls/s',
      help,
      normal,
    ]),
    [
      'source_metricId_success_response_time',
      'histogram',
      'ms',
      'How long successful calls took, over 10 s.',
    ],
    [
      'source_metricId_failure_response_time',
      'histogram',
      'ms',
      'How long failed calls took, over 10 s.',
    ],
  ]),
  table('Longbow', '', LONGBOW),
  table('User functions', 'udf', [
    ['udf_dart_cache_fetch_success', 'meter', 'fetches/s', 'Dart: keys that were found.'],
    ['udf_dart_cache_fetch_failure', 'meter', 'fetches/s', 'Dart: keys that were missing.', '0.'],
    [
      'udf_dart_gcs_bucket_fetch_success',
      'meter',
      'fetches/s',
      'Dart: lists and maps that were loaded from the bucket.',
    ],
    ['udf_dart_gcs_bucket_fetch_failure', 'meter', 'fetches/s', 'Dart: loads that failed.', '0.'],
    ['udf_dart_bucket_path', 'gauge', 'text', 'Name of the object: text, so 0 in Prometheus.'],
  ]),
  table('User functions', 'dartpath', [
    ['dartpath_dart_gcs_file_size', 'gauge', 'KiB', 'Dart: size of the loaded object.'],
  ]),
  ...INVENTORY.map(([name, help]) =>
    table('Inventory', name, [[`${name}_value`, 'gauge', '1', help]]),
  ),
  table('Exceptions', 'fatal_exception', [
    [
      'fatal_exception_value',
      'counter',
      'exceptions',
      'Born with 1, there for the 10 s that Dagger waits before the job fails (METRIC_TELEMETRY_SHUTDOWN_PERIOD_MS).',
      'Absent.',
    ],
  ]),
  table('Exceptions', 'non_fatal_exception', [
    [
      'non_fatal_exception_value',
      'counter',
      'exceptions',
      'Warnings: exceptions that the job survives. Born with its first one.',
      'Stands still.',
    ],
  ]),
  table('Records dropped', 'per_table', [
    [
      'per_table_filtered_invalid_records',
      'counter',
      'records',
      'Rows that the filter of invalid records dropped.',
      'Near 0.',
    ],
    ['filtered_invalid_records', 'counter', 'records', 'Its older name.'],
  ]),
  table('Records dropped', '', [
    [
      'influx_late_records_dropped_value',
      'counter',
      'records',
      'Points that InfluxDB refused as beyond its retention.',
      'Stands still.',
    ],
  ]),
]

type Plain = readonly [
  name: string,
  type: MetricReference['type'],
  unit: string,
  labels: string,
  help: string,
]

const PARQUET = 'job_id component'
const BIGQUERY = 'table dataset project api'
/** Sent by Dagger's own StatsD client, past Flink's reporters. `job_id` is the job's name there. */
const OWN_STATSD: readonly Plain[] = [
  ['reader_created', 'counter', 'readers', PARQUET, 'Readers opened, one a file.'],
  ['reader_closed', 'counter', 'readers', PARQUET, 'Readers closed.'],
  ['reader_rows_emitted', 'counter', 'rows', PARQUET, 'Rows read.'],
  ['reader_row_deserialization_time', 'histogram', 's', PARQUET, 'Time to decode a row.'],
  ['reader_row_read_time', 'histogram', 's', PARQUET, 'Time to read a row.'],
  ['total_splits_discovered', 'gauge', 'files', PARQUET, 'Files found.'],
  ['total_splits_recorded', 'gauge', 'files', PARQUET, 'Files left after the filter by date.'],
  ['splits_awaiting_assignment', 'gauge', 'files', PARQUET, 'Files still to do; 0 at the end.'],
  [
    'fatal_exception',
    'counter',
    'exceptions',
    'job_id fatal_exception_type',
    'Of the Parquet source.',
  ],
  [
    'non_fatal_exception',
    'counter',
    'exceptions',
    'job_id non_fatal_exception_type',
    'Of the Parquet source.',
  ],
  [
    'dagger_sink_bigquery_operation_total',
    'counter',
    'operations',
    BIGQUERY,
    'BigQuery sink: calls.',
  ],
  [
    'dagger_sink_bigquery_operation_latency_milliseconds',
    'summary',
    's',
    BIGQUERY,
    'BigQuery sink: how long calls took.',
  ],
  [
    'dagger_sink_bigquery_errors_total',
    'counter',
    'errors',
    `${BIGQUERY} error`,
    'BigQuery sink: errors.',
  ],
  [
    'dagger_sink_bigquery_payload_size_bytes',
    'summary',
    'bytes',
    BIGQUERY,
    'BigQuery sink: size of what was sent.',
  ],
  [
    'dagger_error_event',
    'gauge',
    'kinds',
    'class type',
    'Kinds of errors (fatal, nonfatal) of late.',
  ],
]

const OWN: readonly MetricReference[] = [
  ...TABLES.flatMap(references),
  ...OWN_STATSD.map(([name, type, unit, labels, help]) => ({
    name,
    group: labels === PARQUET ? 'Parquet source' : "Dagger's own StatsD",
    type,
    unit,
    labels: labels.split(' '),
    help,
    normal: '',
  })),
]

const mine = new Set(OWN.map(({ name }) => name))

/** Dagger runs on Flink, whose metrics of jobs its rules use too. */
export const METRICS: readonly MetricReference[] = [
  ...OWN,
  ...JOB_METRICS.filter(({ name }) => !mine.has(name)),
]
