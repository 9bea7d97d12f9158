/**
 * The pack's rules as answer scripts, run by promtool: real PromQL, no Flink. Series are as the reporters
 * send them, a sample each 15 s.
 */
import { expect, test } from 'vitest'
import {
  type RuleScript,
  hasPromtool,
  runRuleScript,
  unlessPromtool,
} from '../testing/rule-script.ts'
import { FLINK } from './flink.ts'

const JM = 'flink_jobmanager_job_'
const TASK = 'flink_taskmanager_job_task_'
const OP = `${TASK}operator_`

const ofJob = (metric: string, more = ''): string => `${JM}${metric}{job_name="orders"${more}}`
const running: [string, string] = [ofJob('runningTime'), '1000+15000x400']
/** An attempt of the source. */
const source = (metric: string, attempt: number): string =>
  `${OP}${metric}{job_name="orders",operator_name="Source:_orders",task_name="Source:_orders____Map",task_attempt_num="${attempt}",task_attempt_id="a${attempt}",subtask_index="0"}`

const nan = (samples: number): string => new Array(samples).fill('NaN').join(' ')

const cases: readonly (readonly [string, RuleScript])[] = [
  [
    'sums survive a restart: counters begin anew under new labels',
    {
      series: [
        running,
        [source('numRecordsOut', 0), '100000+150x40 stale'],
        [source('numRecordsOut', 1), '_x44 0+150x60'],
      ],
      values: [
        ['9m', 'round(flink:source_records:rate2m, 0.001)', { '{job_name="orders"}': 10 }],
        ['15m', 'round(flink:source_records:rate2m, 0.001)', { '{job_name="orders"}': 10 }],
        ['12m', 'flink:source_records:rate2m > 20', {}],
      ],
    },
  ],
  [
    'a counter that falls under the same labels, as by StatsD, is one that began anew',
    {
      series: [
        running,
        [
          `${OP}numRecordsOut{job_name="orders",operator_name="Source- orders",subtask_index="0"}`,
          '100000+150x40 0+150x40',
        ],
      ],
      values: [
        ['10m30s', 'flink:source_records:rate2m > 20 or flink:source_records:rate2m < 0', {}],
        ['15m', 'round(flink:source_records:rate2m, 0.001)', { '{job_name="orders"}': 10 }],
      ],
    },
  ],
  [
    'a job that sends two ways counts once; one that sends by InfluxDB or OpenTelemetry alone counts too',
    {
      series: [
        [source('numRecordsOut', 0), '0+150x80'],
        [
          'taskmanager_job_task_operator_numRecordsOut_count{job_name="orders",operator_name="Source: orders",db="flink"}',
          '0+150x80',
        ],
        [
          'taskmanager_job_task_operator_numRecordsOut_count{job_name="bills",operator_name="Source: bills",db="flink"}',
          '0+300x80',
        ],
        [
          'flink_taskmanager_job_task_operator_numRecordsOut_total{job_name="clicks",operator_name="Source: clicks"}',
          '0+450x80',
        ],
      ],
      values: [
        [
          '10m',
          'round(weir_stage_throughput{stage="source",system="flink"}, 0.001)',
          {
            '{pipeline="orders",stage="source",system="flink"}': 10,
            '{pipeline="bills",stage="source",system="flink"}': 20,
            '{pipeline="clicks",stage="source",system="flink"}': 30,
          },
        ],
      ],
    },
  ],
  [
    'lag is pendingRecords, without it the worst partitions; NaN of an idle consumer is no lag',
    {
      series: [
        [source('pendingRecords', 0), '700x40'],
        [source('KafkaSourceReader_KafkaConsumer_records_lag_max', 0), '9000x40'],
        [`${OP}KafkaConsumer_records_lag_max{job_name="old",subtask_index="0"}`, '40x40'],
        [`${OP}KafkaConsumer_records_lag_max{job_name="old",subtask_index="1"}`, nan(40)],
        [`${OP}KafkaConsumer_records_lag_max{job_name="idle",subtask_index="0"}`, nan(40)],
        [
          'taskmanager_job_task_operator_KafkaConsumer_records_lag_max_value{job_name="influx"}',
          '5x40',
        ],
      ],
      values: [
        [
          '5m',
          'flink:lag_records',
          {
            'flink:lag_records{job_name="orders"}': 700,
            'flink:lag_records{job_name="old"}': 40,
            'flink:lag_records{job_name="influx"}': 5,
          },
        ],
      ],
    },
  ],
  [
    'what dead jobs left at a push gateway neither runs nor lags',
    {
      series: [
        [`${JM}runningTime{job_name="orders",job="flinkdead"}`, '5000x80'],
        [`${OP}pendingRecords{job_name="orders",job="flinkdead"}`, '1000000x80'],
        ['push_time_seconds{job="flinkdead"}', '0x80'],
        [`${JM}runningTime{job_name="bills",job="flinklive"}`, '5000+15000x80'],
        ['push_time_seconds{job="flinklive"}', '0+15x80'],
      ],
      values: [
        ['10m', 'flink:job_running:bool', { 'flink:job_running:bool{job_name="bills"}': 1 }],
        ['10m', 'flink:lag_records', {}],
      ],
    },
  ],
  [
    'names that a reporter mangles are pipelines as they come, and stages have no odd names missing',
    {
      series: [
        [
          `${TASK}numRecordsIn{job_name="Orders_enrich_v2_1",task_name="last_per_second____nowhere:_Writer"}`,
          '0+150x40',
        ],
        [
          `${TASK}numRecordsIn{job_name="Orders_enrich_v2_1",task_name="Source:_orders____Map"}`,
          '0+150x40',
        ],
        [
          `${OP}numRecordsIn{job_name="Orders_enrich_v2_1",operator_name="nowhere:_Writer"}`,
          '0+300x40',
        ],
        [
          `${OP}numRecordsIn{job_name="Orders_enrich_v2_1",operator_name="nowhere:_Committer"}`,
          '0+900x40',
        ],
      ],
      values: [
        [
          '5m',
          'round(weir_stage_throughput{system="flink"}, 0.001)',
          {
            '{pipeline="Orders_enrich_v2_1",stage="last_per_second____nowhere:_Writer",system="flink"}': 10,
            '{pipeline="Orders_enrich_v2_1",stage="sink",system="flink"}': 20,
          },
        ],
      ],
    },
  ],
  [
    'a job with very many tasks has one stage for them',
    {
      series: Array.from({ length: 25 }, (_, i): [string, string] => [
        `${TASK}numRecordsIn{job_name="wide",task_name="Map_${i}"}`,
        '0+15x40',
      ]),
      values: [
        [
          '5m',
          'round(weir_stage_throughput{system="flink"}, 0.001)',
          { '{pipeline="wide",stage="operators",system="flink"}': 25 },
        ],
      ],
    },
  ],
  [
    'a job that restarts is told at once, one that restarts again and again pages',
    {
      series: [
        [
          ofJob('runningTime'),
          '1000+15000x40 0x3 1000+15000x4 0x3 1000+15000x4 0x3 1000+15000x200',
        ],
        [ofJob('numRestarts'), '0x40 1x7 2x7 3x200'],
      ],
      firing: [
        ['9m', 'FlinkJobRestarted', []],
        ['10m45s', 'FlinkJobRestarted', ['orders']],
        ['11m', 'FlinkRestartLoop', []],
        ['14m15s', 'FlinkRestartLoop', ['orders']],
        ['55m', 'FlinkRestartLoop', []],
      ],
    },
  ],
  [
    'restarts of Flink before 1.15 are fullRestarts, and its uptime says whether it runs',
    {
      series: [
        [ofJob('uptime'), '1000+15000x20 -1x60'],
        [ofJob('fullRestarts'), '0x20 1x60'],
      ],
      firing: [
        ['4m', 'FlinkJobNotRunning', []],
        ['8m', 'FlinkJobNotRunning', ['orders']],
        ['6m', 'FlinkJobRestarted', ['orders']],
      ],
    },
  ],
  [
    'a job that is taken up and fails for want of slots every few seconds does not run',
    {
      series: [[ofJob('runningTime'), `1000+15000x20 ${'1200 0 900 700 '.repeat(20)}`]],
      firing: [
        ['5m', 'FlinkJobNotRunning', []],
        ['7m', 'FlinkJobNotRunning', ['orders']],
      ],
    },
  ],
  [
    'a streaming job that is gone is missed, a batch that is done is not',
    {
      series: [
        [ofJob('runningTime'), '1000+15000x20 stale'],
        [ofJob('numberOfCompletedCheckpoints'), '1+1x20 stale'],
        [`${JM}runningTime{job_name="batch"}`, '1000+15000x20 stale'],
        [`${JM}numberOfCompletedCheckpoints{job_name="batch"}`, '0x20 stale'],
      ],
      firing: [
        ['5m', 'FlinkJobGone', []],
        ['10m', 'FlinkJobGone', ['orders']],
        ['2h', 'FlinkJobGone', ['orders']],
      ],
    },
  ],
  [
    'checkpoints: failed ones by number and by share, resets of the JobManager included',
    {
      series: [
        running,
        [ofJob('numberOfCompletedCheckpoints'), '50+1x60 0+1x100'],
        [ofJob('numberOfFailedCheckpoints'), '7x60 0x20 0+1x20 20x60'],
        [`${JM}numberOfCompletedCheckpoints{job_name="bad"}`, '1x160'],
        [`${JM}numberOfFailedCheckpoints{job_name="bad"}`, '0+1x160'],
      ],
      firing: [
        ['15m30s', 'FlinkCheckpointsFailing', ['bad']],
        ['24m', 'FlinkCheckpointsFailing', ['bad', 'orders']],
        ['24m', 'FlinkCheckpointFailureShare', ['bad']],
      ],
    },
  ],
  [
    'a checkpoint grows old: by its time, before 1.18 by the count, before the first one by running time',
    {
      series: [
        running,
        [ofJob('totalNumberOfCheckpoints'), '4x200'],
        [ofJob('numberOfCompletedCheckpoints'), '3x200'],
        [ofJob('lastCheckpointCompletedTimestamp'), '60000x200'],
        [`${JM}runningTime{job_name="older"}`, '1000+15000x200'],
        [`${JM}numberOfCompletedCheckpoints{job_name="older"}`, '1x20 2x180'],
        [`${JM}runningTime{job_name="never"}`, '0+15000x200'],
        [`${JM}totalNumberOfCheckpoints{job_name="never"}`, '9x200'],
        [`${JM}lastCheckpointCompletedTimestamp{job_name="never"}`, '-1x200'],
        [`${JM}runningTime{job_name="none"}`, '0+15000x200'],
        [`${JM}totalNumberOfCheckpoints{job_name="none"}`, '0x200'],
      ],
      values: [
        [
          '10m',
          'flink:checkpoint_age_seconds',
          {
            'flink:checkpoint_age_seconds{job_name="orders"}': 540,
            'flink:checkpoint_age_seconds{job_name="older"}': 285,
            'flink:checkpoint_age_seconds{job_name="never"}': 600,
          },
        ],
      ],
      firing: [
        ['15m', 'FlinkCheckpointTooOld', []],
        ['19m', 'FlinkCheckpointTooOld', ['never', 'orders']],
      ],
    },
  ],
  [
    'offsets that cannot be committed are told; a commit that failed before others succeeded is not',
    {
      series: [
        running,
        [source('KafkaSourceReader_commitsFailed', 0), '0+1x60'],
        [source('KafkaSourceReader_commitsSucceeded', 0), '0x60'],
        [source('KafkaSourceReader_commitsFailed', 0).replace('"orders"', '"well"'), '0 1x60'],
        [source('KafkaSourceReader_commitsSucceeded', 0).replace('"orders"', '"well"'), '0+1x60'],
      ],
      firing: [['10m', 'FlinkOffsetCommitsFailing', ['orders']]],
      values: [['2m', 'ALERTS{alertname="FlinkOffsetCommitsFailing",job_name="well"}', {}]],
    },
  ],
  [
    'negative values, NaN and the watermark before all time are no figures',
    {
      series: [
        running,
        [ofJob('lastCheckpointDuration'), '-1x40'],
        [ofJob('lastCheckpointSize'), '-1x40'],
        [source('currentEmitEventTimeLag', 0), '-1x40'],
        [source('watermarkLag', 0), '9.2e18x40'],
        [
          `${TASK}currentInputWatermark{job_name="orders",task_name="Map"}`,
          '-9.223372036854775808e18x40',
        ],
        [`${TASK}busyTimeMsPerSecond{job_name="orders",task_name="Map"}`, nan(40)],
      ],
      values: [
        [
          '5m',
          '{__name__=~"flink:(checkpoint_seconds|checkpoint_bytes|event_time_lag_seconds|watermark_time_seconds|task_busy:ratio)"}',
          {},
        ],
        ['5m', 'weir_stage_latency_seconds{system="flink"}', {}],
      ],
    },
  ],
  [
    'a job that runs and reads nothing while records wait pages; one without records to read does not',
    {
      series: [
        running,
        [source('numRecordsOut', 0), '0+150x20 3000x60'],
        [source('pendingRecords', 0), '5x20 5+100x60'],
        [`${JM}runningTime{job_name="idle"}`, '1000+15000x400'],
        [`${OP}numRecordsOut{job_name="idle",operator_name="Source: x"}`, '100x80'],
        [`${OP}pendingRecords{job_name="idle",operator_name="Source: x"}`, '0x80'],
      ],
      firing: [
        ['6m', 'FlinkStalled', []],
        ['15m', 'FlinkStalled', ['orders']],
      ],
    },
  ],
  [
    'a job that falls behind is told, one that catches up is not',
    {
      series: [
        [source('numRecordsOut', 0), '0+150x160'],
        [source('pendingRecords', 0), '1000+60x160'],
        [`${OP}numRecordsOut{job_name="faster",operator_name="Source: x"}`, '0+150x160'],
        [`${OP}pendingRecords{job_name="faster",operator_name="Source: x"}`, '20000-60x160'],
      ],
      firing: [['35m', 'FlinkFallingBehind', ['orders']]],
    },
  ],
  [
    'event time that stands still while records flow',
    {
      series: [
        [source('numRecordsOut', 0), '0+150x160'],
        [
          `${TASK}currentInputWatermark{job_name="orders",task_name="Map",subtask_index="0"}`,
          '1000000+15000x160',
        ],
        [
          `${TASK}currentInputWatermark{job_name="orders",task_name="Map",subtask_index="1"}`,
          '1000000x160',
        ],
        [`${OP}numRecordsOut{job_name="well",operator_name="Source: x"}`, '0+150x160'],
        [
          `${TASK}currentInputWatermark{job_name="well",task_name="Map",subtask_index="0"}`,
          '1000000+15000x160',
        ],
      ],
      firing: [
        ['9m', 'FlinkWatermarkStuck', []],
        ['18m', 'FlinkWatermarkStuck', ['orders']],
      ],
    },
  ],
  [
    'back pressure names the task that waits',
    {
      series: [
        [
          `${TASK}backPressuredTimeMsPerSecond{job_name="orders",task_name="Source:_a____Map",subtask_index="0"}`,
          '900x40',
        ],
        [
          `${TASK}backPressuredTimeMsPerSecond{job_name="orders",task_name="Filter",subtask_index="0"}`,
          '20x40',
        ],
        [
          `${TASK}backPressuredTimeMsPerSecond{job_name="orders",task_name="Filter",subtask_index="1"}`,
          '800x40',
        ],
      ],
      values: [
        [
          '8m',
          'count by (stage) (ALERTS{alertname="FlinkBackPressure",alertstate="firing"})',
          { '{stage="source"}': 1, '{stage="Filter"}': 1 },
        ],
      ],
    },
  ],
  [
    'two TaskManagers of one host are two; heap without a bound is none',
    {
      series: [
        ...(['a', 'b'] as const).flatMap((tm, i): [string, string][] => [
          [
            `flink_taskmanager_Status_JVM_Memory_Heap_Used{host="h",tm_id="${tm}",instance="h:924${i}"}`,
            `${95 - 60 * i}x80`,
          ],
          [
            `flink_taskmanager_Status_JVM_Memory_Heap_Max{host="h",tm_id="${tm}",instance="h:924${i}"}`,
            '100x80',
          ],
        ]),
        ['flink_taskmanager_Status_JVM_Memory_Heap_Used{host="h",tm_id="c"}', '95x80'],
        ['flink_taskmanager_Status_JVM_Memory_Heap_Max{host="h",tm_id="c"}', '-1x80'],
      ],
      values: [
        [
          '12m',
          'count by (tm_id) (ALERTS{alertname="FlinkTaskManagerHeapHigh",alertstate="firing"})',
          { '{tm_id="a"}': 1 },
        ],
      ],
    },
  ],
  [
    'a TaskManager that goes is missed for a quarter of an hour, a JobManager that goes for a day',
    {
      series: [
        ['flink_jobmanager_numRegisteredTaskManagers{host="jm"}', '3x20 2x100 stale'],
        ['flink_jobmanager_taskSlotsAvailable{host="jm"}', '0x120 stale'],
      ],
      firing: [
        ['5m', 'FlinkTaskManagerLost', []],
        ['8m', 'FlinkTaskManagerLost', ['(flink)']],
        ['22m', 'FlinkTaskManagerLost', []],
        // None free, and nobody waits.
        ['15m', 'FlinkNoFreeSlots', []],
        ['29m', 'FlinkJobManagerLost', []],
        ['33m', 'FlinkJobManagerLost', ['(flink)']],
      ],
    },
  ],
  [
    'garbage collection, also of versions without a sum of all collectors',
    {
      series: [
        ['flink_taskmanager_Status_JVM_GarbageCollector_All_Time{host="h",tm_id="a"}', '0+3000x80'],
        [
          'flink_taskmanager_Status_JVM_GarbageCollector_G1_Young_Generation_Time{host="h",tm_id="old"}',
          '0+1500x80',
        ],
        [
          'flink_taskmanager_Status_JVM_GarbageCollector_G1_Old_Generation_Time{host="h",tm_id="old"}',
          '0+1500x80',
        ],
      ],
      values: [
        [
          '8m',
          'round(flink:taskmanager_gc:ratio, 0.01)',
          { '{host="h",tm_id="a"}': 0.2, '{host="h",tm_id="old"}': 0.2 },
        ],
      ],
    },
  ],
  [
    'late records and errors rise',
    {
      series: [
        [source('numRecordsOut', 0), '0+150x80'],
        [`${OP}numLateRecordsDropped{job_name="orders",operator_name="window"}`, '0+15x80'],
        [`${OP}numRecordsSendErrors{job_name="orders",operator_name="x: Writer"}`, '0x20 0+3x60'],
        [`${OP}numRecordsOutErrors{job_name="orders",operator_name="x: Writer"}`, '0x20 0+3x60'],
        [`${OP}failedCommittables{job_name="orders",operator_name="x: Committer"}`, '0x20 1x60'],
      ],
      firing: [
        ['15m', 'FlinkLateRecordsDropped', ['orders']],
        ['15m', 'FlinkSinkErrors', ['orders']],
        ['6m', 'FlinkSinkCommitsFailing', ['orders']],
        ['15m', 'FlinkSinkCommitsFailing', []],
      ],
      values: [['15m', 'round(flink:sink_errors:rate5m, 0.001)', { '{job_name="orders"}': 0.2 }]],
    },
  ],
  [
    "jobs of Dagger are Dagger's, also while they restart and their own metrics are away",
    {
      series: [
        [`${JM}runningTime{job_name="dagger-a"}`, '1000+15000x20 0x60'],
        [`${OP}sink_type_value{job_name="dagger-a",sink_type="kafka"}`, '1x20 stale'],
        [`${JM}runningTime{job_name="plain"}`, '1000+15000x20 0x60'],
      ],
      firing: [['10m', 'FlinkJobNotRunning', ['plain']]],
      values: [
        ['10m', 'flink:job_running:bool', { 'flink:job_running:bool{job_name="plain"}': 0 }],
      ],
    },
  ],
  [
    'without Flink nothing is recorded and nothing fires',
    {
      series: [['up', '1x40']],
      values: [
        ['5m', 'count({__name__=~"weir_.+|flink.+"})', {}],
        ['5m', 'count(ALERTS)', {}],
      ],
    },
  ],
]

test.skipIf(!hasPromtool).each(cases)(`%s${unlessPromtool}`, (_, script) => {
  expect(runRuleScript(FLINK, script)).toBe('')
})
