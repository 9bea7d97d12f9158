/** Four boards that go deeper, under the names that people of such a job look for. */
import { RATE, graph, stat } from '../../board-panels.ts'
import type { DashboardDefinition } from '../../pack.ts'
import { COMMITTER, OPERATOR, WRITER } from '../records.ts'
import { CHOSEN, NAME, PIPELINE_VARIABLE, latencies } from './overview.ts'

const JOB_VARIABLE: DashboardDefinition['variables'] = [
  { name: 'job_name', label: 'Job', metric: 'kafka_iceberg:flink_jobs', valueLabel: 'job_name' },
]
const JOB = 'job_name=~"$job_name"'
const TASK = '{{task_name}}'

const FLINK: DashboardDefinition = {
  name: 'weir-kafka-iceberg-flink-overview',
  title: 'Kafka → Iceberg: flink-overview',
  description: 'The Flink job: tasks, back pressure, restarts, checkpoints.',
  variables: JOB_VARIABLE,
  rows: [
    {
      title: 'Job',
      panels: [
        stat(
          ['Uptime', 'Since the last start.'],
          'ms',
          `max(flink_jobmanager_job_uptime{${JOB}})`,
          {
            width: 6,
          },
        ),
        stat(
          ['Restarts, 1 h', 'Of the job.'],
          'short',
          `max(increase(flink_jobmanager_job_numRestarts{${JOB}}[1h]))`,
          { width: 6, thresholds: [{ from: 1, color: 'orange' }] },
        ),
        stat(
          ['TaskManagers', 'That are there.'],
          'short',
          'max(flink_jobmanager_numRegisteredTaskManagers)',
          { width: 6 },
        ),
        stat(
          ['Checkpoints in progress', 'Now.'],
          'short',
          `max(flink_jobmanager_job_numberOfInProgressCheckpoints{${JOB}})`,
          { width: 6 },
        ),
        graph(['Records in', 'By task.'], 'recps', [
          [
            `sum by (task_name) (rate(flink_taskmanager_job_task_numRecordsIn{${JOB}}[${RATE}]))`,
            TASK,
          ],
        ]),
        graph(['Records out', 'By task.'], 'recps', [
          [
            `sum by (task_name) (rate(flink_taskmanager_job_task_numRecordsOut{${JOB}}[${RATE}]))`,
            TASK,
          ],
        ]),
        graph(['Back pressure', 'Milliseconds of each second.'], 'ms', [
          [
            `max by (task_name) (flink_taskmanager_job_task_backPressuredTimeMsPerSecond{${JOB}})`,
            TASK,
          ],
        ]),
      ],
    },
  ],
}

const KAFKA: DashboardDefinition = {
  name: 'weir-kafka-iceberg-kafka-consumer',
  title: 'Kafka → Iceberg: kafka-consumer',
  description: 'The consumer: lag, rate, how both are spread, rebalances.',
  variables: PIPELINE_VARIABLE,
  rows: [
    {
      title: 'Lag and rate',
      panels: [
        graph(['Lag by partition', 'Of partitions that somebody reads.'], 'short', [
          [`kafka_iceberg:partition_lag{${CHOSEN}}`, '{{kafka_topic}} {{kafka_partition}}'],
        ]),
        graph(['Consumed', 'By topic.'], 'recps', [
          [
            `sum by (kafka_topic) (rate(kafka_records_consumed_total{kafka_topic!=""}[${RATE}]))`,
            '{{kafka_topic}}',
          ],
        ]),
        graph(['Spread of the lag', 'Greatest and mean of the partitions.'], 'short', [
          [`max(kafka_iceberg:partition_lag{${CHOSEN}})`, 'greatest'],
          [`avg(kafka_iceberg:partition_lag{${CHOSEN}})`, 'mean'],
        ]),
        graph(
          ['Age of messages', 'p50, p95, p99.'],
          's',
          latencies('kafka_consumption_latency_ms'),
        ),
        graph(['Unreadable', 'Messages a second.'], 'mps', [
          [`kafka_iceberg:unread:rate5m{${CHOSEN}}`, NAME],
        ]),
        graph(['Lag by kafka_exporter', 'Of any group, where that runs.'], 'short', [
          [
            'sum by (consumergroup, topic) (kafka_consumergroup_lag >= 0)',
            '{{consumergroup}} {{topic}}',
          ],
        ]),
      ],
    },
    {
      title: 'Group',
      panels: [
        graph(['Rebalances, 15 min', 'By group.'], 'short', [
          ['sum by (group) (increase(kafka_consumer_rebalances_total[15m]))', '{{group}}'],
        ]),
        graph(['Assigned partitions', 'By group.'], 'short', [
          ['sum by (group) (kafka_consumer_assigned_partitions)', '{{group}}'],
        ]),
        graph(['Commits', 'Of offsets, and those that failed.'], 'ops', [
          [`sum by (group) (rate(kafka_consumer_commits_total[${RATE}]))`, '{{group}}'],
          [
            `sum by (group) (rate(kafka_consumer_commit_failures_total[${RATE}]))`,
            '{{group}} failed',
          ],
        ]),
        graph(['Since the last heartbeat', 'By group.'], 's', [
          [
            'time() - max by (group) (kafka_consumer_last_heartbeat_timestamp_seconds)',
            '{{group}}',
          ],
        ]),
        graph(['Crashes, 15 min', 'By group.'], 'short', [
          ['sum by (group) (increase(kafka_consumer_crashes_total[15m]))', '{{group}}'],
        ]),
        graph(['Requests without answer', 'By interface.'], 'reqps', [
          [`sum by (api) (rate(kafka_client_request_timeouts_total[${RATE}]))`, '{{api}}'],
        ]),
      ],
    },
  ],
}

const ICEBERG: DashboardDefinition = {
  name: 'weir-kafka-iceberg-iceberg-writes',
  title: 'Kafka → Iceberg: iceberg-writes',
  description: 'Writes: throughput, sizes of files, commits, tables.',
  variables: PIPELINE_VARIABLE,
  rows: [
    {
      title: 'Writes',
      panels: [
        graph(['Records written', 'By pipeline.'], 'recps', [
          [`kafka_iceberg:written:rate5m{${CHOSEN}}`, NAME],
        ]),
        graph(['Failed writes', 'By pipeline.'], 'ops', [
          [`kafka_iceberg:write_failed:rate5m{${CHOSEN}}`, NAME],
        ]),
        graph(['Time of a write', 'p50, p95, p99.'], 's', latencies('iceberg_write_latency_ms')),
        graph(['Records of a write', 'Median.'], 'short', [
          [
            `histogram_quantile(0.5, sum by (iceberg_table, le) (rate(iceberg_batch_size_bucket[${RATE}])))`,
            '{{iceberg_table}}',
          ],
        ]),
        graph(['Mean size of new files', 'Of an hour.'], 'bytes', [
          [
            'kafka_iceberg:added_bytes:increase1h / (kafka_iceberg:added_files:increase1h > 0)',
            '{{table}}',
          ],
        ]),
        graph(['Flush of a writer', 'The slowest subtask.'], 'ms', [
          [`max by (table) (${WRITER}_lastFlushDurationMs)`, '{{table}}'],
        ]),
      ],
    },
    {
      title: 'Commits',
      panels: [
        graph(['Since the last commit', 'By table.'], 's', [
          [`kafka_iceberg:commit_age_seconds`, '{{table}}{{pipeline}}'],
        ]),
        graph(['Time of a commit', 'Reports of Iceberg (p95), and the newest of Flink.'], 'ms', [
          [
            `histogram_quantile(0.95, sum by (table, le) (rate(iceberg_commit_duration_ms_bucket[${RATE}])))`,
            '{{table}}',
          ],
          [`max by (table) (${COMMITTER}_lastCommitDurationMs)`, '{{table}} Flink'],
        ]),
        graph(['Attempts a commit', 'Above one: writers in conflict.'], 'short', [
          [
            'sum by (table) (increase(iceberg_commit_attempts_total[1h])) / sum by (table) (increase(iceberg_commits_total[1h]))',
            '{{table}}',
          ],
        ]),
        graph(
          ['Files written and committed, 15 min', 'A gap that grows: commits have stopped.'],
          'short',
          [
            [`kafka_iceberg:flushed_files:increase15m{${CHOSEN}}`, '{{table}} written'],
            [`kafka_iceberg:committed_files:increase15m{${CHOSEN}}`, '{{table}} committed'],
          ],
        ),
        graph(['Commits, 1 h', 'By what they did.'], 'short', [
          [
            'sum by (table, operation) (increase(iceberg_commits_total[1h]))',
            '{{table}} {{operation}}',
          ],
        ]),
        graph(['Planning of scans', 'p95.'], 'ms', [
          [
            `histogram_quantile(0.95, sum by (table, le) (rate(iceberg_scan_planning_duration_ms_bucket[${RATE}])))`,
            '{{table}}',
          ],
        ]),
      ],
    },
    {
      title: 'Tables',
      panels: [
        graph(['Records', 'In the table.'], 'short', [
          ['max by (table) (iceberg_table_records)', '{{table}}'],
        ]),
        graph(['Bytes', 'Of the table.'], 'bytes', [
          ['max by (table) (iceberg_table_bytes)', '{{table}}'],
        ]),
        graph(['Files', 'Data and delete files.'], 'short', [
          ['max by (table) (iceberg_table_data_files)', '{{table}} data'],
          ['max by (table) (iceberg_table_delete_files)', '{{table}} delete'],
        ]),
      ],
    },
  ],
}

const AGGREGATION: DashboardDefinition = {
  name: 'weir-kafka-iceberg-aggregation-pipeline',
  title: 'Kafka → Iceberg: aggregation-pipeline',
  description: 'Windows of the aggregating job: how many, of how many records, how late.',
  variables: JOB_VARIABLE,
  rows: [
    {
      title: 'Windows',
      panels: [
        graph(['Windows', 'Closed, by kind.'], 'ops', [
          [
            `sum by (window_type) (rate(${OPERATOR}_window_type_windows_processed{${JOB}}[${RATE}]))`,
            '{{window_type}}',
          ],
        ]),
        graph(['Records in windows', 'By kind.'], 'recps', [
          [
            `sum by (window_type) (rate(${OPERATOR}_window_type_records_aggregated{${JOB}}[${RATE}]))`,
            '{{window_type}}',
          ],
        ]),
        graph(['Late records', 'That came after their window.'], 'recps', [
          [
            `sum by (job_name) (rate(${OPERATOR}_numLateRecordsDropped{${JOB}}[${RATE}]))`,
            '{{job_name}}',
          ],
        ]),
        graph(
          ['Event time lag', 'Age of records when the source gives them on.'],
          'ms',
          [[`max by (job_name) (${OPERATOR}_currentEmitEventTimeLag{${JOB}})`, '{{job_name}}']],
          { width: 24 },
        ),
      ],
    },
  ],
}

export const DETAILS: readonly DashboardDefinition[] = [FLINK, KAFKA, ICEBERG, AGGREGATION]
