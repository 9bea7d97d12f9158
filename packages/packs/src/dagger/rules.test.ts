/** The pack's rules as answer scripts, run by promtool: real PromQL, no Dagger. A sample each 15 s. */
import { expect, test } from 'vitest'
import {
  type RuleScript,
  hasPromtool,
  runRuleScript,
  unlessPromtool,
} from '../testing/rule-script.ts'
import { DAGGER } from './dagger.ts'

const OP = 'flink_taskmanager_job_task_operator_'
const INFLUX = 'taskmanager_job_task_operator_'

/** By this a job is known to be Dagger's. */
const mark: [string, string] = [
  `${OP}sink_type_value{job_name="orders",sink_type="kafka"}`,
  '1x200',
]
const service = (metric: string): string =>
  `${OP}source_metricId_${metric}{job_name="orders",source_metricId="HTTP_0",subtask_index="0"}`

const cases: readonly (readonly [string, RuleScript])[] = [
  [
    'a fatal exception that is there for one sample pages, and is remembered for ten minutes',
    {
      series: [
        mark,
        [
          `${OP}fatal_exception_value{job_name="orders",fatal_exception="java_io_IOException",task_attempt_num="0"}`,
          '_x20 1 stale',
        ],
        [
          `${INFLUX}fatal_exception_value_count{job_name="bills",fatal_exception="java.lang.X"}`,
          '_x20 1 stale',
        ],
        ['fatal_exception{job_id="files",fatal_exception_type="java.io.EOF"}', '_x20 1x80'],
      ],
      firing: [
        ['4m45s', 'DaggerFatalException', []],
        ['5m15s', 'DaggerFatalException', ['bills', 'files', 'orders']],
        ['14m', 'DaggerFatalException', ['bills', 'files', 'orders']],
        ['16m', 'DaggerFatalException', ['files']],
      ],
    },
  ],
  [
    'warnings count from the first one on, over attempts',
    {
      series: [
        [
          `${OP}non_fatal_exception_value{job_name="orders",non_fatal_exception="A",task_attempt_num="0"}`,
          '_x20 1x4 stale',
        ],
        [
          `${OP}non_fatal_exception_value{job_name="orders",non_fatal_exception="A",task_attempt_num="1"}`,
          '_x28 1x60',
        ],
        // There for long: not new.
        [
          `${OP}non_fatal_exception_value{job_name="orders",non_fatal_exception="B",task_attempt_num="0"}`,
          '500x100',
        ],
      ],
      values: [
        [
          '8m',
          'dagger:warnings:increase5m > 0',
          { 'dagger:warnings:increase5m{job_name="orders",non_fatal_exception="A"}': 1 },
        ],
        ['20m', 'dagger:warnings:increase5m > 0', {}],
      ],
    },
  ],
  [
    'many warnings are told',
    {
      series: [
        [`${OP}non_fatal_exception_value{job_name="orders",non_fatal_exception="A"}`, '0+5x100'],
      ],
      firing: [['12m', 'DaggerWarnings', ['orders']]],
    },
  ],
  [
    'calls of a service: share of failures, time of the worst subtask, timeouts; idle services are not judged',
    {
      series: [
        [service('total_external_calls'), '10x100'],
        [service('success_response'), '9x100'],
        [service('total_failures'), '1x100'],
        [service('failures_code5XX'), '1x100'],
        [service('timeouts'), '0.5x100'],
        [
          `${OP}source_metricId_success_response_time{job_name="orders",source_metricId="HTTP_0",subtask_index="0",quantile="0.95"}`,
          '40x100',
        ],
        [
          `${OP}source_metricId_success_response_time{job_name="orders",source_metricId="HTTP_0",subtask_index="1",quantile="0.95"}`,
          '1500x100',
        ],
        [
          `${INFLUX}source_metricId_success_response_rate{job_name="influx",source_metricId="ES.0"}`,
          '0.01x100',
        ],
        [
          `${INFLUX}source_metricId_total_failures_rate{job_name="influx",source_metricId="ES.0"}`,
          '0.01x100',
        ],
        [
          `${INFLUX}source_metricId_success_response_time_p95{job_name="influx",source_metricId="ES.0"}`,
          '20x100',
        ],
      ],
      firing: [
        ['12m', 'DaggerExternalFailures', ['orders']],
        ['12m', 'DaggerExternalSlow', ['orders']],
        ['12m', 'DaggerExternalTimeouts', ['orders']],
      ],
      values: [
        [
          '5m',
          'weir_stage_error_ratio{stage="post-processor",pipeline="orders"}',
          {
            'weir_stage_error_ratio{pipeline="orders",stage="post-processor",system="dagger"}': 0.1,
          },
        ],
        [
          '5m',
          'weir_stage_latency_seconds{stage="post-processor",quantile="0.95"}',
          {
            'weir_stage_latency_seconds{pipeline="orders",quantile="0.95",stage="post-processor",system="dagger"}': 1.5,
            'weir_stage_latency_seconds{pipeline="influx",quantile="0.95",stage="post-processor",system="dagger"}': 0.02,
          },
        ],
      ],
    },
  ],
  [
    "only Dagger's jobs are pipelines here, with the stages of any job of Flink",
    {
      series: [
        mark,
        ['flink_jobmanager_job_uptime{job_name="orders"}', '1000+15000x40 0x60'],
        ['flink_jobmanager_job_fullRestarts{job_name="orders"}', '0x40 1x60'],
        ['flink_jobmanager_job_uptime{job_name="plain"}', '1000+15000x40 0x60'],
        [`${OP}KafkaConsumer_records_lag_max{job_name="orders",subtask_index="0"}`, '70x100'],
        [`${OP}KafkaConsumer_records_lag_max{job_name="plain",subtask_index="0"}`, '70x100'],
      ],
      firing: [
        ['11m', 'DaggerJobRestarted', ['orders']],
        ['13m', 'DaggerJobNotRunning', ['orders']],
      ],
      values: [
        [
          '5m',
          'weir_stage_backlog{stage="source"}',
          { 'weir_stage_backlog{pipeline="orders",stage="source",system="dagger"}': 70 },
        ],
      ],
    },
  ],
  [
    'checkpoints above 500 MB are told as a hint',
    {
      series: [
        mark,
        ['flink_jobmanager_job_lastCheckpointSize{job_name="orders"}', '600000000x100'],
      ],
      firing: [['20m', 'DaggerCheckpointLarge', ['orders']]],
    },
  ],
  [
    'Longbow, Dart, dropped records',
    {
      series: [
        [`${OP}longbow_writer_success_on_write_document{job_name="orders"}`, '5x100'],
        [`${OP}longbow_writer_failed_on_write_document{job_name="orders"}`, '1x100'],
        [`${OP}longbow_writer_timeouts_on_writer{job_name="orders"}`, '0x100'],
        [`${OP}udf_dart_gcs_bucket_fetch_failure{job_name="orders",udf="DartGet"}`, '0.1x100'],
        [`${OP}influx_late_records_dropped_value{job_name="orders"}`, '_x20 1x80'],
        [`${OP}per_table_filtered_invalid_records{job_name="orders",per_table="t"}`, '0+60x100'],
      ],
      firing: [
        ['8m', 'DaggerLongbowWriteFailures', ['orders']],
        ['8m', 'DaggerDartLoadFailures', ['orders']],
        ['6m', 'DaggerInfluxLateRecords', ['orders']],
        ['18m', 'DaggerInfluxLateRecords', []],
        ['18m', 'DaggerRecordsFiltered', ['orders']],
      ],
    },
  ],
  [
    'without Dagger nothing is recorded and nothing fires, though Flink is there',
    {
      series: [
        ['flink_jobmanager_job_uptime{job_name="plain"}', '1000+15000x10 0x60'],
        ['flink_jobmanager_job_numRestarts{job_name="plain"}', '0+1x70'],
      ],
      values: [
        ['10m', 'count({__name__=~"weir_.+|dagger.+"})', {}],
        ['10m', 'count(ALERTS)', {}],
      ],
    },
  ],
]

test.skipIf(!hasPromtool).each(cases)(`%s${unlessPromtool}`, (_, script) => {
  expect(runRuleScript(DAGGER, script)).toBe('')
})
