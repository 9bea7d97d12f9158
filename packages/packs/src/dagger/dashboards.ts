/**
 * Dagger's board, with all that its users had on their timeboard, row by row: for each connector and each way in
 * which metrics come, rates per second, and quantiles of the worst subtask.
 */
import {
  BAD,
  JOB,
  JOB_VARIABLE,
  OPERATOR,
  chosen,
  clientGraph,
  consumer,
  graph,
  list,
  producer,
  stat,
} from '../flink/panels.ts'
import { gauge, increaseOf, meter, quantile } from '../flink/ways.ts'
import type { DashboardDefinition, DashboardPanel } from '../pack.ts'

const BY = '{{job_name}}'
const SERVICE = '{{source_metricId}}'

type DashboardRow = DashboardDefinition['rows'][number]

/** What stands in a label of gauges that are always 1. */
function inventory(title: string, help: string, label: string, width: number): DashboardPanel {
  const expr = gauge(`${OPERATOR}${label}_value`, chosen('max', `job_name, ${label}`))
  return list({ title, help, unit: 'short', width }, expr, `{{${label}}}`)
}

const OVERVIEW: DashboardRow = {
  title: 'Overview',
  panels: [
    {
      ...stat(
        { title: 'Status', help: 'Whether it runs.', unit: 'short', width: 3 },
        `dagger:job_running:bool{${JOB}}`,
        BY,
      ),
      words: { 0: { text: 'down', color: 'red' }, 1: { text: 'running', color: 'green' } },
    },
    stat(
      { title: 'Running since', help: 'Without a break.', unit: 'ms', width: 3 },
      `${gauge('jobmanager_job_runningTime', chosen('max', 'job_name'))} or ${gauge('jobmanager_job_uptime', chosen('max', 'job_name'))}`,
      BY,
    ),
    { ...inventory('Sink', 'Where it writes.', 'sink_type', 6), height: 4 },
    stat(
      {
        title: 'Restarts',
        help: 'Since it was submitted.',
        unit: 'short',
        width: 3,
        thresholds: BAD,
      },
      `${gauge('jobmanager_job_numRestarts', chosen('max', 'job_name'))} or ${gauge('jobmanager_job_fullRestarts', chosen('max', 'job_name'))}`,
      BY,
    ),
    stat(
      { title: 'Downtime', help: 'Of the present outage.', unit: 'ms', width: 3 },
      `${gauge('jobmanager_job_downtime', chosen('max', 'job_name', '>= 0'))} or ${gauge('jobmanager_job_restartingTime', chosen('max', 'job_name'))}`,
      BY,
    ),
    stat(
      { title: 'Lag', help: 'Records that wait.', unit: 'short', width: 3 },
      `dagger:lag_records{${JOB}}`,
      BY,
    ),
    stat(
      { title: 'Newest checkpoint', help: 'How old it is.', unit: 's', width: 3 },
      `dagger:checkpoint_age_seconds{${JOB}}`,
      BY,
    ),
    clientGraph(consumer, 'records_lag_max', {
      title: 'Largest lag of the Kafka consumer',
      help: 'Worst partition of each subtask; nothing while idle.',
      unit: 'short',
      width: 8,
    }),
    graph({ title: 'Late records dropped', help: 'In 5 minutes, by subtask.', unit: 'short' }, [
      increaseOf(
        `${OPERATOR}numLateRecordsDropped`,
        '5m',
        chosen('sum', 'job_name, subtask_index'),
      ),
      `${BY} {{subtask_index}}`,
    ]),
    graph(
      { title: 'Records', help: 'Into all operators and out of them.', unit: 'recps' },
      [meter(`${OPERATOR}numRecordsInPerSecond`, chosen('sum', 'job_name')), `${BY} in`],
      [meter(`${OPERATOR}numRecordsOutPerSecond`, chosen('sum', 'job_name')), `${BY} out`],
    ),
  ],
}

const CONSUMER: DashboardRow = {
  title: 'Kafka consumer',
  panels: [
    clientGraph(consumer, 'assigned_partitions', {
      title: 'Assigned partitions',
      help: 'By group membership.',
      unit: 'short',
    }),
    clientGraph(consumer, 'request_rate', { title: 'Requests', help: 'Per second.', unit: 'ops' }),
    clientGraph(consumer, 'records_consumed_rate', {
      title: 'Records consumed',
      help: 'Per second.',
      unit: 'ops',
    }),
    clientGraph(consumer, 'bytes_consumed_rate', {
      title: 'Bytes consumed',
      help: 'Per second.',
      unit: 'Bps',
    }),
    clientGraph(consumer, 'fetch_rate', { title: 'Fetches', help: 'Per second.', unit: 'ops' }),
    clientGraph(consumer, 'fetch_latency_max', {
      title: 'Longest fetch',
      help: 'Up to 500 ms when idle.',
      unit: 'ms',
    }),
    clientGraph(consumer, 'fetch_latency_avg', {
      title: 'Mean fetch time',
      help: 'Of each subtask.',
      unit: 'ms',
    }),
    clientGraph(consumer, 'fetch_size_avg', {
      title: 'Mean fetch size',
      help: 'Of each subtask.',
      unit: 'bytes',
    }),
    clientGraph(consumer, 'fetch_size_max', {
      title: 'Largest fetch',
      help: 'Of each subtask.',
      unit: 'bytes',
    }),
    clientGraph(
      consumer,
      'commit_rate',
      { title: 'Commits', help: 'Per second, one each checkpoint.', unit: 'ops' },
      'sum',
    ),
    clientGraph(consumer, 'connection_count', {
      title: 'Active connections',
      help: 'To brokers.',
      unit: 'short',
    }),
    clientGraph(consumer, 'connection_creation_rate', {
      title: 'New connections',
      help: 'Per second.',
      unit: 'ops',
    }),
    clientGraph(consumer, 'connection_close_rate', {
      title: 'Closed connections',
      help: 'Per second.',
      unit: 'ops',
    }),
    clientGraph(consumer, 'outgoing_byte_rate', {
      title: 'Bytes sent',
      help: 'Per second.',
      unit: 'Bps',
    }),
    clientGraph(consumer, 'sync_rate', {
      title: 'Syncs of the group',
      help: 'Per second.',
      unit: 'ops',
    }),
    clientGraph(consumer, 'commit_latency_avg', {
      title: 'Mean commit time',
      help: 'Of each subtask.',
      unit: 'ms',
    }),
    clientGraph(consumer, 'commit_latency_max', {
      title: 'Longest commit',
      help: 'Of each subtask.',
      unit: 'ms',
    }),
    clientGraph(consumer, 'network_io_rate', {
      title: 'Network operations',
      help: 'Per second.',
      unit: 'iops',
    }),
  ],
}

const INPUT: DashboardRow = {
  title: 'Input stream',
  panels: [
    list(
      {
        title: 'Topics',
        help: 'That are read: by Dagger itself, else by the offsets of the source.',
        unit: 'short',
      },
      `${gauge(`${OPERATOR}input_topic_value`, chosen('max', 'job_name, input_topic'))} or label_replace(${gauge(`${OPERATOR}KafkaSourceReader_topic_partition_currentOffset`, chosen('max', 'job_name, topic'))} * 0 + 1, "input_topic", "$1", "topic", "(.+)")`,
      '{{input_topic}}',
    ),
    inventory('Protos', 'Message classes; told by older versions only.', 'input_proto', 8),
    inventory('Streams', 'Clusters; told by older versions only.', 'input_stream', 8),
  ],
}

const EXCEPTIONS: DashboardRow = {
  title: 'Exceptions',
  panels: [
    graph(
      { title: 'Fatal', help: 'The job restarts. Shown for ten minutes each.', unit: 'short' },
      [`dagger:fatal_exceptions:seen10m{${JOB}}`, '{{fatal_exception}}'],
    ),
    graph({ title: 'Warnings', help: 'The job goes on. In 5 minutes.', unit: 'short' }, [
      `dagger:warnings:increase5m{${JOB}}`,
      '{{non_fatal_exception}}',
    ]),
    graph({ title: 'Refused by InfluxDB as too old', help: 'In 5 minutes.', unit: 'short' }, [
      `dagger:influx_late_records:increase5m{${JOB}}`,
      BY,
    ]),
  ],
}

const PRODUCER: DashboardRow = {
  title: 'Kafka producer',
  panels: [
    clientGraph(producer, 'request_latency_avg', {
      title: 'Mean request time',
      help: 'Of each subtask.',
      unit: 'ms',
    }),
    clientGraph(producer, 'request_latency_max', {
      title: 'Longest request',
      help: 'Of each subtask.',
      unit: 'ms',
    }),
    clientGraph(producer, 'request_rate', {
      title: 'Produce requests',
      help: 'Per second.',
      unit: 'ops',
    }),
    clientGraph(producer, 'response_rate', {
      title: 'Responses',
      help: 'Per second.',
      unit: 'ops',
    }),
    clientGraph(producer, 'record_send_rate', {
      title: 'Records sent',
      help: 'Per second.',
      unit: 'ops',
    }),
    clientGraph(producer, 'records_per_request_avg', {
      title: 'Records per request',
      help: 'Mean.',
      unit: 'short',
    }),
    clientGraph(producer, 'connection_count', {
      title: 'Connections',
      help: 'Active.',
      unit: 'short',
    }),
    clientGraph(producer, 'network_io_rate', {
      title: 'Network IO',
      help: 'Operations per second.',
      unit: 'iops',
    }),
    clientGraph(producer, 'record_size_avg', {
      title: 'Mean record',
      help: 'Size.',
      unit: 'bytes',
    }),
    clientGraph(producer, 'record_size_max', {
      title: 'Largest record',
      help: 'Size.',
      unit: 'bytes',
    }),
    clientGraph(producer, 'record_error_rate', {
      title: 'Records not sent',
      help: 'Per second.',
      unit: 'ops',
    }),
    clientGraph(producer, 'requests_in_flight', {
      title: 'Requests in flight',
      help: 'Without an answer yet.',
      unit: 'short',
    }),
    clientGraph(producer, 'record_queue_time_avg', {
      title: 'Mean wait in the queue',
      help: 'Of batches.',
      unit: 'ms',
    }),
    clientGraph(producer, 'record_queue_time_max', {
      title: 'Longest wait in the queue',
      help: 'Of batches.',
      unit: 'ms',
    }),
  ],
}

const OUTPUT: DashboardRow = {
  title: 'Output stream',
  panels: [
    inventory('Output sink', 'Where it writes.', 'sink_type', 6),
    inventory('Output topic', 'Of a Kafka sink.', 'output_topic', 6),
    inventory('Output proto', 'Its message class.', 'output_proto', 6),
    inventory('Output stream', 'Its cluster.', 'output_stream', 6),
  ],
}

function dart(title: string, help: string, metric: string): DashboardPanel {
  return graph({ title, help, unit: 'ops', width: 6 }, [
    meter(`${OPERATOR}udf_dart_${metric}`, chosen('sum', 'job_name, subtask_index')),
    `${BY} {{subtask_index}}`,
  ])
}

const UDFS: DashboardRow = {
  title: 'UDFs',
  panels: [
    inventory('Names', 'User functions in the query.', 'udf', 12),
    list(
      { title: 'Dart: objects', help: 'Size in KiB of what was loaded.', unit: 'short', width: 12 },
      gauge(`${OPERATOR}dartpath_dart_gcs_file_size`, chosen('max', 'job_name, dartpath')),
      '{{dartpath}}',
    ),
    dart('Dart: cache hits', 'Per second.', 'cache_fetch_success'),
    dart('Dart: cache misses', 'Per second.', 'cache_fetch_failure'),
    dart('Dart: bucket loads', 'Per second.', 'gcs_bucket_fetch_success'),
    dart('Dart: failed bucket loads', 'Per second.', 'gcs_bucket_fetch_failure'),
  ],
}

function external(title: string, help: string, ...metrics: readonly string[]): DashboardPanel {
  return graph(
    { title, help, unit: 'ops', width: 6 },
    ...metrics.map(
      (metric) =>
        [
          meter(`${OPERATOR}source_metricId_${metric}`, chosen('sum', 'job_name, source_metricId')),
          metrics.length === 1 ? SERVICE : `${SERVICE} ${metric.replaceAll('_', ' ')}`,
        ] as const,
    ),
  )
}

function times(
  title: string,
  help: string,
  metric: string,
  by: string,
  unit = 'ms',
): DashboardPanel {
  const question = chosen('max', by === '' ? 'job_name' : `job_name, ${by}`)
  const who = by === '' ? BY : `{{${by}}}`
  return graph(
    { title, help, unit, width: 6 },
    ...(['0.5', '0.95', '0.99'] as const).map(
      (q) => [quantile(`${OPERATOR}${metric}`, q, question), `${who} p${Number(q) * 100}`] as const,
    ),
  )
}

const PROCESSORS: DashboardRow = {
  title: 'Post processors',
  panels: [
    inventory('Pre processors', 'By table.', 'pre_processor_type', 12),
    inventory('Post processors in use', 'Which kinds.', 'post_processor_type', 12),
    external('External calls', 'Per second.', 'total_external_calls'),
    times(
      'Success response time',
      'Quantiles of the worst subtask.',
      'source_metricId_success_response_time',
      'source_metricId',
    ),
    external('Successes', 'Per second.', 'success_response'),
    graph(
      {
        title: 'Success rate',
        help: 'Share of answers that could be used.',
        unit: 'percentunit',
        width: 6,
      },
      [
        `dagger:external_success:rate{${JOB}} / (dagger:external_success:rate{${JOB}} + dagger:external_failures:rate{${JOB}} > 0)`,
        SERVICE,
      ],
    ),
    times(
      'Failure response time',
      'Quantiles of the worst subtask.',
      'source_metricId_failure_response_time',
      'source_metricId',
    ),
    external('Failures', 'Per second.', 'total_failures'),
    external('Answers 404', 'Per second.', 'failures_code404'),
    external('Answers 4xx', 'Per second, without 404.', 'failures_code4XX'),
    external('Answers 5xx', 'Per second.', 'failures_code5XX'),
    external('Other errors', 'Per second.', 'other_errors'),
    external('Timeouts', 'Per second.', 'timeouts'),
    external(
      'Connections closed',
      'By the client, per second.',
      'close_connection_on_external_client',
    ),
    external(
      'Failures on the reading path',
      'What was looked for is not in the answer.',
      'failures_on_reading_path',
    ),
    external('Empty requests', 'No call was made, per second.', 'empty_input', 'empty_endpoint'),
    external(
      'Trouble with answers',
      'Elasticsearch, gRPC, configuration.',
      'parse_errors',
      'error_reading_response',
      'other_errors_processing_response',
      'grpc_channel_not_available',
      'invalid_configuration',
    ),
    graph(
      { title: 'Records filtered out', help: 'As invalid, in 5 minutes.', unit: 'short', width: 6 },
      [`dagger:filtered_records:increase5m{${JOB}}`, BY],
    ),
  ],
}

function longbow(title: string, help: string, ...metrics: readonly string[]): DashboardPanel {
  return graph(
    { title, help, unit: 'ops', width: 6 },
    ...metrics.map(
      (metric) =>
        [
          meter(`${OPERATOR}longbow_${metric}`, chosen('sum', 'job_name')),
          metrics.length === 1
            ? BY
            : `${BY} ${metric.startsWith('writer_failed') ? 'failed' : 'made'}`,
        ] as const,
    ),
  )
}

const READER: DashboardRow = {
  title: 'Longbow reader',
  panels: [
    longbow('Successful reads', 'Per second.', 'reader_success_on_read_document'),
    times(
      'Successful read time',
      'Quantiles of the worst subtask.',
      'longbow_reader_success_on_read_document_response_time',
      '',
    ),
    times(
      'Documents per scan',
      'Quantiles of the worst subtask.',
      'longbow_reader_documents_read_per_scan',
      '',
      'short',
    ),
    longbow(
      'Missed records',
      'No valid latest record, per second.',
      'reader_failed_to_read_last_record',
    ),
    longbow('Failed reads', 'Per second.', 'reader_failed_on_read_document'),
    times(
      'Failed read time',
      'Quantiles of the worst subtask.',
      'longbow_reader_failed_on_read_document_response_time',
      '',
    ),
    longbow('Reader timeouts', 'Per second; fatal.', 'reader_timeouts_on_reader'),
    longbow('Reader connections closed', 'Per second.', 'reader_close_connection_on_reader'),
  ],
}

const WRITER: DashboardRow = {
  title: 'Longbow writer',
  panels: [
    longbow('Successful writes', 'Per second.', 'writer_success_on_write_document'),
    times(
      'Successful write time',
      'Quantiles of the worst subtask.',
      'longbow_writer_success_on_write_document_response_time',
      '',
    ),
    longbow('Failed writes', 'Per second.', 'writer_failed_on_write_document'),
    times(
      'Failed write time',
      'Quantiles of the worst subtask.',
      'longbow_writer_failed_on_write_document_response_time',
      '',
    ),
    longbow('Writer timeouts', 'Per second; fatal.', 'writer_timeouts_on_writer'),
    longbow('Writer connections closed', 'Per second.', 'writer_close_connection_on_writer'),
    longbow(
      'Tables made',
      'At the start of a job.',
      'writer_success_on_create_bigtable',
      'writer_failed_on_create_bigtable',
    ),
  ],
}

const count = (metric: string): string =>
  gauge(`jobmanager_job_${metric}`, chosen('max', 'job_name'))

const CHECKPOINTING: DashboardRow = {
  title: 'Checkpointing',
  panels: [
    stat(
      {
        title: 'Completed checkpoints',
        help: 'Since the JobManager took the job.',
        unit: 'short',
        width: 6,
      },
      count('numberOfCompletedCheckpoints'),
      BY,
    ),
    stat(
      { title: 'Checkpoints in progress', help: 'Now.', unit: 'short', width: 6 },
      count('numberOfInProgressCheckpoints'),
      BY,
    ),
    stat(
      {
        title: 'Last checkpoint size',
        help: 'Above 500 MB raise the parallelism.',
        unit: 'bytes',
        width: 6,
        thresholds: [{ from: 500_000_000, color: 'orange' }],
      },
      `dagger:checkpoint_bytes{${JOB}}`,
      BY,
    ),
    stat(
      {
        title: 'Last checkpoint duration',
        help: 'From trigger to completion.',
        unit: 's',
        width: 6,
      },
      `dagger:checkpoint_seconds{${JOB}}`,
      BY,
    ),
    graph({ title: 'Failed checkpoints', help: 'In 15 minutes.', unit: 'short', width: 12 }, [
      `dagger:checkpoints_failed:increase15m{${JOB}}`,
      BY,
    ]),
    graph(
      { title: 'Checkpoint duration', help: 'Of the newest completed one.', unit: 's', width: 12 },
      [`dagger:checkpoint_seconds{${JOB}}`, BY],
    ),
  ],
}

const FILES = 'job_id=~"$job_name"'
const rowTime = (title: string, metric: string): DashboardPanel =>
  graph(
    { title, help: 'Quantiles of all rows.', unit: 's' },
    ...([0.5, 0.95, 0.99] as const).map(
      (q) =>
        [
          `histogram_quantile(${q}, sum by (le) (rate(${metric}_bucket{${FILES}}[$__rate_interval])))`,
          `p${q * 100}`,
        ] as const,
    ),
  )
const fileRate = (title: string, help: string, metric: string): DashboardPanel =>
  graph({ title, help, unit: 'ops' }, [
    `sum by (job_id) (rate(${metric}{${FILES}}[$__rate_interval]))`,
    '{{job_id}}',
  ])

const PARQUET: DashboardRow = {
  title: 'Parquet source',
  panels: [
    rowTime('Row deserialization time', 'reader_row_deserialization_time'),
    fileRate('Rows emitted', 'Per second.', 'reader_rows_emitted'),
    rowTime('Row read time', 'reader_row_read_time'),
    stat(
      { title: 'Files found', help: 'All.', unit: 'short', width: 8 },
      `sum(total_splits_discovered{${FILES}})`,
    ),
    stat(
      {
        title: 'Files to be read',
        help: 'Left after the filter by date.',
        unit: 'short',
        width: 8,
      },
      `sum(total_splits_recorded{${FILES}})`,
    ),
    stat(
      { title: 'Files waiting', help: '0 at the end.', unit: 'short', width: 8 },
      `sum(splits_awaiting_assignment{${FILES}})`,
    ),
    fileRate('Readers created', 'Per second.', 'reader_created'),
    fileRate('Readers closed', 'Per second.', 'reader_closed'),
  ],
}

const folded = (row: DashboardRow): DashboardRow => ({ ...row, collapsed: true })

export const DASHBOARDS: readonly DashboardDefinition[] = [
  {
    name: 'weir-dagger',
    title: 'Dagger',
    description: 'A job of Dagger: its streams, exceptions, post processors, Longbow, checkpoints.',
    variables: [JOB_VARIABLE],
    rows: [
      OVERVIEW,
      EXCEPTIONS,
      PROCESSORS,
      CHECKPOINTING,
      INPUT,
      folded(CONSUMER),
      OUTPUT,
      folded(PRODUCER),
      folded(UDFS),
      folded(READER),
      folded(WRITER),
      folded(PARQUET),
    ],
  },
]
