/** The pack's rules as answer scripts: an SDK's process, a Flink job, a table, and their traps. */
import { expect, test } from 'vitest'
import {
  type RuleScript,
  hasPromtool,
  runRuleScript,
  unlessPromtool,
} from '../testing/rule-script.ts'
import { KAFKA_ICEBERG } from './kafka-iceberg.ts'

type Series = readonly [series: string, values: string]

const OPERATOR = 'flink_taskmanager_job_task_operator'
const JOB = 'job_name="health",operator_name="Sink"'

/** A process with reporters: the job's own metrics have `job_name`, those about Kafka and Iceberg have none. */
const SDK: readonly Series[] = [
  ['health_data_throughput_total{job="orders-svc",instance="a",job_name="orders"}', '0+6000x60'],
  ['health_data_valid_records_total{job="orders-svc",instance="a",job_name="orders"}', '0+6000x60'],
  ['kafka_records_consumed_total{job="orders-svc",instance="a",kafka_topic="orders"}', '0+6000x60'],
]

const NANS = Array.from({ length: 12 }, () => 'NaN').join(' ')

const quantileSeries = (
  name: string,
  tags: string,
  edges: Readonly<Record<string, number>>,
): Series[] =>
  Object.entries(edges).map(([le, perMinute]) => [
    `${name}_bucket{${tags},le="${le}"}`,
    `0+${perMinute}x60`,
  ])

const cases: readonly (readonly [string, RuleScript])[] = [
  [
    'one process is one pipeline, called by its job_name, whatever metric',
    {
      series: [
        ...SDK,
        [
          'kafka_consumer_lag{job="orders-svc",instance="a",group="g",kafka_topic="orders",kafka_partition="0"}',
          '70000x60',
        ],
        [
          'kafka_consumer_lag{job="orders-svc",instance="a",group="g",kafka_topic="orders",kafka_partition="1"}',
          '60000x60',
        ],
        ...quantileSeries('processing_latency_ms', 'job="orders-svc",job_name="orders"', {
          '10000': 90,
          '30000': 100,
          '+Inf': 100,
        }),
        ['checkpoint_duration_ms{job="orders-svc",job_name="orders"}', '400000x60'],
        ['checkpoint_last_success_timestamp_seconds{job="orders-svc",job_name="orders"}', '0x60'],
        ['checkpoint_failures_total{job="orders-svc",job_name="orders"}', '0x10 5x50'],
        [
          'iceberg_write_failures_total{job="orders-svc",iceberg_table="o",iceberg_database="d"}',
          '0x10 20x50',
        ],
        ['validation_success_total{job="orders-svc"}', '0+80x60'],
        [
          'validation_failures_total{job="orders-svc",reason="range",data_type="heartRate"}',
          '0+20x60',
        ],
      ],
      values: [
        [
          '15m',
          'count by (pipeline) ({__name__=~"weir_stage_.+"}) * 0',
          { '{pipeline="orders"}': 0 },
        ],
        ['20m', 'kafka_iceberg:lag', { 'kafka_iceberg:lag{pipeline="orders"}': 130_000 }],
        [
          '20m',
          'round(weir_stage_error_ratio{stage="validate"}, 0.01)',
          { '{system="kafka-iceberg",pipeline="orders",stage="validate"}': 0.2 },
        ],
      ],
      firing: [
        ['3m', 'HighKafkaLag', []],
        ['20m', 'HighKafkaLag', ['orders']],
        ['20m', 'HighProcessingLatency', ['orders']],
        ['20m', 'HighCheckpointDuration', ['orders']],
        ['20m', 'CheckpointStale', ['orders']],
        ['18m', 'CheckpointFailures', ['orders']],
        ['13m', 'IcebergWriteFailures', ['orders']],
        ['20m', 'HighValidationFailureRate', ['orders']],
        ['20m', 'LowThroughput', []],
        ['20m', 'ConsumingWithoutWriting', ['orders']],
      ],
    },
  ],
  [
    'a process that has just begun is not slow: the mean of five minutes rises for so long',
    {
      series: SDK,
      values: [
        ['2m', 'kafka_iceberg:valid:rate5m < bool 50', { '{pipeline="orders"}': 1 }],
        ['2m', 'count(ALERTS{alertname="LowThroughput"}) or vector(0)', { '{}': 0 }],
      ],
      firing: [['20m', 'LowThroughput', []]],
    },
  ],
  [
    'a process that pushed and went is missed before its last samples are forgotten',
    {
      series: [['kafka_records_consumed_total{job="svc",kafka_topic="t"}', '0+6000x10']],
      firing: [
        ['11m', 'NoThroughput', []],
        ['14m', 'NoThroughput', ['svc']],
        ['30m', 'NoThroughput', ['svc']],
      ],
    },
  ],
  [
    'lag: a partition that changed hands once, NaN and unknown not at all',
    {
      series: [
        ...SDK,
        [
          'kafka_consumer_lag{job="orders-svc",instance="a",group="g",kafka_topic="orders",kafka_partition="0"}',
          '500x60',
        ],
        [
          'kafka_consumer_lag{job="orders-svc",instance="b",group="g",kafka_topic="orders",kafka_partition="0"}',
          '700x60',
        ],
        [
          'kafka_consumer_lag{job="orders-svc",instance="a",group="g",kafka_topic="orders",kafka_partition="1"}',
          '9x5 stale _x50',
        ],
        [
          'kafka_consumer_lag{job="orders-svc",instance="a",group="g",kafka_topic="orders",kafka_partition="2"}',
          NANS,
        ],
        [
          'kafka_consumer_lag{job="orders-svc",instance="a",group="g",kafka_topic="orders",kafka_partition="3"}',
          '-1x60',
        ],
        // A job of Flink whose source has not fetched yet, beside a subtask that has.
        [`${OPERATOR}_kafka_records_consumed{${JOB},subtask_index="0"}`, '0+60x60'],
        [`${OPERATOR}_pendingRecords{${JOB},subtask_index="0"}`, NANS],
        [`${OPERATOR}_pendingRecords{${JOB},subtask_index="1"}`, '40x60'],
      ],
      values: [
        [
          '4m',
          'kafka_iceberg:lag{pipeline="orders"}',
          { 'kafka_iceberg:lag{pipeline="orders"}': 709 },
        ],
        [
          '10m',
          'kafka_iceberg:lag{pipeline="orders"}',
          { 'kafka_iceberg:lag{pipeline="orders"}': 700 },
        ],
        ['10m', 'sum(flink_consumer_lag)', { '{}': 40 }],
        [
          '10m',
          'kafka_iceberg:lag{pipeline="health"}',
          { 'kafka_iceberg:lag{pipeline="health"}': 40 },
        ],
      ],
    },
  ],
  [
    "a Flink job: names that were promised, by subtask, over a restart's new attempt",
    {
      series: [
        [
          `${OPERATOR}_health_data_valid_records{${JOB},subtask_index="0",task_attempt_id="a1"}`,
          '0+60x10 stale _x40',
        ],
        [
          `${OPERATOR}_health_data_valid_records{${JOB},subtask_index="0",task_attempt_id="a2"}`,
          '_x11 0+60x40',
        ],
        [
          `${OPERATOR}_health_data_valid_records{${JOB},subtask_index="1",task_attempt_id="b1"}`,
          '0+60x60',
        ],
        [
          `${OPERATOR}_health_data_throughput{${JOB},subtask_index="0",task_attempt_id="a1"}`,
          '0+60x60',
        ],
        [
          `${OPERATOR}_validation_failures_out_of_range_heartRate{${JOB},subtask_index="0"}`,
          '0+60x60',
        ],
        [`${OPERATOR}_health_data_records_by_type_heartRate{${JOB},subtask_index="0"}`, '0+60x60'],
      ],
      values: [
        ['25m', 'count(health_data_valid_records_total{job_name="health"})', { '{}': 2 }],
        ['25m', 'round(kafka_iceberg:valid:rate5m, 0.1)', { '{pipeline="health"}': 2 }],
        // Over the restart nothing counts twice and nothing is negative.
        ['13m', 'kafka_iceberg:valid:rate5m <= bool 2.01', { '{pipeline="health"}': 1 }],
        [
          '25m',
          'round(kafka_iceberg:validation_failed:rate5m, 0.1)',
          { '{pipeline="health",reason="out_of_range",data_type="heartRate"}': 1 },
        ],
        [
          '25m',
          'round(kafka_iceberg:by_type:rate5m, 0.1)',
          { '{pipeline="health",data_type="heartRate"}': 1 },
        ],
      ],
      firing: [['25m', 'LowThroughput', ['health']]],
    },
  ],
  [
    'commits stop in silence while checkpoints succeed',
    {
      series: [
        [
          `${OPERATOR}_IcebergStreamWriter_table_flushedDataFiles{${JOB},table="db_t",subtask_index="0"}`,
          '0+6x60',
        ],
        [
          `${OPERATOR}_IcebergFilesCommitter_table_committedDataFilesCount{${JOB},table="db_t",subtask_index="0"}`,
          '0+6x10 60x50',
        ],
        [
          `${OPERATOR}_IcebergFilesCommitter_table_elapsedSecondsSinceLastSuccessfulCommit{${JOB},table="db_t",subtask_index="0"}`,
          '0x10 60+60x50',
        ],
        ['flink_jobmanager_job_numberOfCompletedCheckpoints{job_name="health"}', '1+1x60'],
        ['flink_jobmanager_job_lastCheckpointDuration{job_name="health"}', '5000x60'],
        ['flink_jobmanager_job_numberOfFailedCheckpoints{job_name="health"}', '0x60'],
      ],
      firing: [
        ['12m', 'IcebergCommitsStopped', []],
        ['34m', 'IcebergCommitsStopped', ['health']],
        ['18m', 'IcebergCommitAge', []],
        ['24m', 'IcebergCommitAge', ['health']],
        ['45m', 'IcebergCommitAgeCritical', ['health']],
        ['45m', 'CheckpointStale', []],
        ['45m', 'CheckpointFailures', []],
      ],
    },
  ],
  [
    'a job that is gone, one that restarts, one under pressure; jobs of others are not ours',
    {
      series: [
        [`${OPERATOR}_iceberg_records_written{${JOB},subtask_index="0"}`, '0+60x10 stale _x50'],
        [
          `${OPERATOR}_iceberg_records_written{job_name="other",operator_name="s",subtask_index="0"}`,
          '0+60x60',
        ],
        ['flink_jobmanager_job_numRestarts{job_name="other"}', '0+1x60'],
        ['flink_jobmanager_job_numRestarts{job_name="sql"}', '0+1x60'],
        [
          'flink_taskmanager_job_task_backPressuredTimeMsPerSecond{job_name="other",task_name="m",subtask_index="0"}',
          '800x60',
        ],
        ['flink_jobmanager_job_numberOfCompletedCheckpoints{job_name="other"}', '1x60'],
      ],
      firing: [
        ['9m', 'JobDown', []],
        ['14m', 'JobDown', ['health']],
        ['20m', 'JobRestarting', ['other']],
        ['20m', 'Backpressure', ['other']],
        ['20m', 'CheckpointStale', ['other']],
      ],
    },
  ],
  [
    'a process that tells its stages itself is not shown a second time, but is warned of',
    {
      series: [
        ...SDK,
        [
          'pipeline_stage_records_total{job="orders-svc",pipeline="orders",stage="sink"}',
          '0+60x60',
        ],
        [
          'kafka_consumer_lag{job="orders-svc",group="g",kafka_topic="orders",kafka_partition="0"}',
          '200000x60',
        ],
      ],
      values: [['15m', 'count({__name__=~"weir_stage_.+"})', {}]],
      firing: [['15m', 'HighKafkaLag', ['orders']]],
    },
  ],
  [
    'errors of one kind alone count, and so does a process that falls silent',
    {
      series: [
        ['kafka_records_consumed_total{job="svc",kafka_topic="t"}', '0+60x10 stale _x60'],
        ['kafka_deserialization_errors_total{job="svc",kafka_topic="t"}', '0+1200x10 stale _x60'],
      ],
      firing: [
        ['9m', 'HighErrorRate', ['svc']],
        ['9m', 'NoThroughput', []],
        ['14m', 'NoThroughput', ['svc']],
      ],
    },
  ],
  [
    'a table of which Iceberg itself reports, and its many small files',
    {
      interval: '2m',
      series: [
        [
          'iceberg_last_commit_timestamp_seconds{job="iceberg",table="shop.orders"}',
          '120+120x10 1320x70',
        ],
        ['iceberg_added_records_total{job="iceberg",table="shop.orders"}', '0+120x80'],
        ['iceberg_added_files_total{job="iceberg",table="shop.orders"}', '0+20x80'],
        ['iceberg_added_bytes_total{job="iceberg",table="shop.orders"}', '0+2000000x80'],
        ['iceberg_commits_total{job="iceberg",table="shop.orders",operation="append"}', '0+1x80'],
      ],
      values: [
        [
          '20m',
          'round(weir_stage_throughput{stage="table"}, 0.1)',
          { '{system="kafka-iceberg",stage="table",pipeline="shop.orders"}': 1 },
        ],
      ],
      firing: [
        ['20m', 'IcebergCommitAge', []],
        ['36m', 'IcebergCommitAge', ['shop.orders']],
        ['132m', 'IcebergSmallFiles', ['shop.orders']],
      ],
    },
  ],
  [
    'heap of a TaskManager without a limit is not full; without such a job nothing is said',
    {
      series: [
        ['flink_taskmanager_Status_JVM_Memory_Heap_Used{tm_id="x",instance="x"}', '95x60'],
        ['flink_taskmanager_Status_JVM_Memory_Heap_Max{tm_id="x",instance="x"}', '-1x60'],
        ['flink_jobmanager_job_lastCheckpointDuration{job_name="sql"}', '900000x60'],
        ['up{job="node",instance="n"}', '0x60'],
      ],
      values: [
        ['20m', 'count({__name__=~"weir_.+|kafka_iceberg.+"})', {}],
        ['20m', 'count(ALERTS)', {}],
      ],
    },
  ],
]

test.skipIf(!hasPromtool).each(cases)(`%s${unlessPromtool}`, (_, script) => {
  expect(runRuleScript(KAFKA_ICEBERG, { interval: '1m', ...script })).toBe('')
})
