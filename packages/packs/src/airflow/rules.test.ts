/**
 * The pack's rules as answer scripts, run by promtool: real PromQL, no Airflow. Series are what the
 * mapping makes of StatsD at a flush every 15 s; counters begin when the first event arrives.
 */
import { expect, test } from 'vitest'
import {
  type RuleScript,
  hasPromtool,
  runRuleScript,
  unlessPromtool,
} from '../testing/rule-script.ts'
import { AIRFLOW } from './airflow.ts'

/** A DAG that the scheduler looks at all the time. */
const seen = (dag: string): [string, string] => [
  `airflow_dagrun_dependency_check_count{dag_id="${dag}"}`,
  '1+1x80',
]

const cases: readonly (readonly [string, RuleScript])[] = [
  [
    'the first failure of a DAG counts, and the next success ends it',
    {
      series: [
        seen('orders'),
        ['airflow_dagrun_failed_count{dag_id="orders"}', '_x4 1x76'],
        ['airflow_dagrun_duration_count{dag_id="orders"}', '_x40 1x40'],
      ],
      firing: [
        ['45s', 'AirflowDagFailing', []],
        ['75s', 'AirflowDagFailing', ['orders']],
        ['9m', 'AirflowDagFailing', ['orders']],
        ['10m30s', 'AirflowDagFailing', []],
      ],
    },
  ],
  [
    'a failure after a success fails the DAG again',
    {
      series: [
        seen('orders'),
        ['airflow_dagrun_duration_count{dag_id="orders"}', '5x80'],
        ['airflow_dagrun_failed_count{dag_id="orders"}', '2x20 3x60'],
      ],
      firing: [
        ['5m', 'AirflowDagFailing', []],
        ['5m30s', 'AirflowDagFailing', ['orders']],
      ],
    },
  ],
  [
    'a restart of Weir, which begins to count anew, forgets no failure',
    {
      series: [
        seen('orders'),
        ['airflow_dagrun_failed_count{dag_id="orders"}', '_x2 1x8 stale _x70'],
      ],
      firing: [
        ['1m', 'AirflowDagFailing', ['orders']],
        ['15m', 'AirflowDagFailing', ['orders']],
      ],
    },
  ],
  [
    'task failures name the task and go away after 5 minutes',
    {
      series: [
        seen('orders'),
        ['airflow_ti_finish{dag_id="orders",task_id="load",state="failed"}', '0x4 2x76'],
        ['airflow_ti_finish{dag_id="orders",task_id="load",state="success"}', '0x80'],
      ],
      firing: [
        ['1m', 'AirflowTaskFailures', []],
        ['1m30s', 'AirflowTaskFailures', ['orders']],
        ['12m', 'AirflowTaskFailures', []],
      ],
    },
  ],
  [
    'a task of a DAG with a dot is given to the DAG that is known',
    {
      series: [
        seen('team.daily'),
        ['airflow_ti_finish{dag_id="team",task_id="daily.load.rows",state="failed"}', '_x4 1x76'],
      ],
      values: [
        [
          '2m',
          'sum by (dag_id, task_id) (airflow:dag_tasks:increase5m)',
          { '{dag_id="team.daily",task_id="load.rows"}': 1 },
        ],
        [
          '2m',
          'count by (pipeline) (weir_stage_throughput{stage="task"})',
          { '{pipeline="team.daily"}': 1 },
        ],
      ],
    },
  ],
  [
    'with both forms each task counts once; without names the tags are taken',
    {
      series: [
        seen('orders'),
        seen('bills'),
        ['airflow_ti_finish{dag_id="orders",task_id="load",state="success"}', '_x4 3x76'],
        ['airflow_tagged_ti_finish{dag_id="orders",task_id="load",state="success"}', '_x4 3x76'],
        ['airflow_tagged_ti_finish{dag_id="bills",task_id="load",state="success"}', '_x4 5x76'],
        // Tags off: the twin is a total.
        ['airflow_tagged_ti_finish', '_x4 8x76'],
      ],
      values: [
        [
          '2m',
          'sum by (dag_id) (airflow:dag_tasks:increase5m)',
          { '{dag_id="orders"}': 3, '{dag_id="bills"}': 5 },
        ],
      ],
    },
  ],
  [
    'a scheduler that stops, or goes away with its series, is missed within two minutes',
    {
      series: [['airflow_scheduler_heartbeat', '1+3x12 stale _x40']],
      firing: [
        ['3m', 'AirflowSchedulerHeartbeatLost', []],
        ['5m', 'AirflowSchedulerHeartbeatLost', ['(airflow)']],
      ],
    },
  ],
  [
    'without an Airflow nothing is recorded and nothing fires',
    {
      series: [['up', '1x40']],
      values: [
        ['5m', 'count({__name__=~"weir_.+|airflow.+"})', {}],
        ['5m', 'count(ALERTS)', {}],
      ],
    },
  ],
  [
    'freshness counts from the last success',
    {
      series: [seen('orders'), ['airflow_dagrun_duration_count{dag_id="orders"}', '_x4 1x10 2x66']],
      values: [
        ['45s', 'weir_stage_freshness_seconds{pipeline="orders"}', {}],
        [
          '15m',
          'max by (pipeline) (weir_stage_freshness_seconds{stage="run"})',
          { '{pipeline="orders"}': 675 },
        ],
      ],
    },
  ],
  [
    'a scheduled DAG is overdue after twice its longest gap and ten minutes',
    {
      series: [
        ['airflow_dagrun_dependency_check_count{dag_id="orders"}', '1+1x400'],
        ['airflow_dagrun_schedule_delay_count{dag_id="orders"}', '1x400'],
        ['airflow_dagrun_duration_count{dag_id="orders"}', '1x20 2x20 3x360'],
      ],
      firing: [
        // The gap is 5 min; the last success at 10 min.
        ['29m', 'AirflowDagOverdue', []],
        ['33m', 'AirflowDagOverdue', ['orders']],
      ],
    },
  ],
  [
    'by OpenTelemetry, with other names, each run and task counts once',
    {
      series: [
        ['airflow_scheduler_heartbeat_total', '1+3x80'],
        [
          'airflow_dagrun_duration_success_milliseconds{dag_id="orders"}',
          '{{schema:0 sum:5000 count:5 buckets:[5]}}x20 {{schema:0 sum:6000 count:6 buckets:[6]}}x60',
        ],
        [
          'airflow_dagrun_duration_failed_milliseconds{dag_id="stock"}',
          '{{schema:0 sum:2000 count:2 buckets:[2]}}x20 {{schema:0 sum:3000 count:3 buckets:[3]}}x60',
        ],
        ['airflow_ti_finish_total{dag_id="stock",task_id="load",state="failed"}', '0x20 1x60'],
      ],
      firing: [
        ['4m', 'AirflowDagFailing', []],
        ['6m', 'AirflowDagFailing', ['stock']],
        ['6m', 'AirflowTaskFailures', ['stock']],
        ['6m', 'AirflowSchedulerHeartbeatLost', []],
      ],
      values: [
        [
          '6m',
          'sum by (dag_id) (airflow:dag_runs:increase5m{state="success"}) > bool 0.9',
          { '{dag_id="orders"}': 1 },
        ],
        [
          '6m',
          'round(airflow:dag_since_success_seconds{dag_id="orders"} / 60)',
          { '{dag_id="orders"}': 1 },
        ],
      ],
    },
  ],
  [
    'pools, imports and lost tasks concern the installation',
    {
      series: [
        ['airflow_scheduler_heartbeat', '1+3x80'],
        ['airflow_pool_starving_tasks{pool="small"}', '2x80'],
        ['airflow_tagged_pool_starving_tasks', '2x80'],
        ['airflow_dag_processing_import_errors', '1x80'],
        ['airflow_zombies_killed', '_x20 1x60'],
      ],
      firing: [
        ['6m', 'AirflowPoolStarving', ['(airflow)']],
        ['6m', 'AirflowDagImportErrors', ['(airflow)']],
        ['6m', 'AirflowTasksLost', ['(airflow)']],
      ],
    },
  ],
  [
    'by OpenTelemetry, stages have latencies in seconds',
    {
      series: [
        ['airflow_scheduler_heartbeat_total', '1+3x80'],
        ...(
          [
            ['airflow_dagrun_duration_success_milliseconds{dag_id="orders"}', 4000],
            ['airflow_dagrun_schedule_delay_milliseconds{dag_id="orders"}', 500],
            ['airflow_task_duration_milliseconds{dag_id="orders",instance="a"}', 2000],
            ['airflow_task_duration_milliseconds{dag_id="orders",instance="b"}', 2000],
            ['airflow_scheduler_scheduler_loop_duration_milliseconds', 250],
          ] as const
        ).map(([series, ms]): [string, string] => {
          // Of schema 0 the bucket with index n ends at two to the n; all values are alike.
          const offset = Math.ceil(Math.log2(ms))
          const of = (count: number): string =>
            `{{schema:0 sum:${count * ms} count:${count} offset:${offset} buckets:[${count}]}}`
          return [series, `_x8 ${of(4)}x12 ${of(8)}x60`]
        }),
      ],
      values: [
        [
          '8m',
          'ceil(4 * weir_stage_latency_seconds{quantile="0.95"}) / 4',
          {
            '{system="airflow",pipeline="orders",stage="run",quantile="0.95"}': 4,
            '{system="airflow",pipeline="orders",stage="schedule",quantile="0.95"}': 0.5,
            '{system="airflow",pipeline="orders",stage="task",quantile="0.95"}': 2,
            '{system="airflow",pipeline="(airflow)",stage="scheduler",quantile="0.95"}': 0.25,
          },
        ],
      ],
    },
  ],
  [
    'a pool is called so by its name, its tag, and by OpenTelemetry, and is one',
    {
      series: [
        ['airflow_scheduler_heartbeat_total', '1+3x80'],
        ['airflow_pool_starving_tasks{pool_name="small"}', '2x80'],
        ['airflow_tagged_pool_starving_tasks{pool_name="small"}', '2x80'],
        ['airflow_pool_starving_tasks{pool="small"}', '2x80'],
        ['airflow_pool_starving_tasks{pool_name="large"}', '0x80'],
        ['airflow_pool_queued_slots{pool_name="small"}', '3x80'],
        ['airflow_pool_scheduled_slots{pool_name="small"}', '4x80'],
      ],
      firing: [['6m', 'AirflowPoolStarving', ['(airflow)']]],
      values: [
        [
          '6m',
          'airflow:pool_starving_tasks > 0',
          { 'airflow:pool_starving_tasks{pool="small"}': 2 },
        ],
        [
          '6m',
          'weir_stage_backlog{stage="pools"}',
          { 'weir_stage_backlog{system="airflow",pipeline="(airflow)",stage="pools"}': 7 },
        ],
      ],
    },
  ],
  [
    'the number of DAGs stands still while each parse process sends its own, and no fewer than run',
    {
      series: [
        ['airflow_scheduler_heartbeat', '1+3x80'],
        ['airflow_dagbag_size', '1 12 3 1 2 3 12 1 2x20 1x60'],
        ...['a', 'b', 'c', 'd'].map((dag): [string, string] => [
          `airflow_dagrun_duration_count{dag_id="${dag}"}`,
          '0+1x90',
        ]),
      ],
      values: [
        ['1m15s', 'airflow:dag_count', { 'airflow:dag_count': 12 }],
        ['3m', 'airflow:dag_count', { 'airflow:dag_count': 12 }],
        ['20m', 'airflow:dag_count', { 'airflow:dag_count': 4 }],
      ],
    },
  ],
]

test.skipIf(!hasPromtool).each(cases)(`%s${unlessPromtool}`, (_, script) => {
  expect(runRuleScript(AIRFLOW, script)).toBe('')
})
