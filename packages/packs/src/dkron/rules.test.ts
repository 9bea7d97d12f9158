import { expect, test } from 'vitest'
import {
  type RuleScript,
  hasPromtool,
  runRuleScript,
  unlessPromtool,
} from '../testing/rule-script.ts'
import { DKRON } from './dkron.ts'

const FAILED = (job: string, instance: string): string =>
  `dkron_job_executions_failed_total{job="dkron",instance="${instance}",job_name="${job}"}`
const SUCCEEDED = (job: string, instance: string): string =>
  `dkron_job_executions_succeeded_total{job="dkron",instance="${instance}",job_name="${job}"}`
const node = (instance: string, values = '80x400'): [string, string] => [
  `dkron_runtime_num_goroutines{job="dkron",instance="${instance}",host="${instance}"}`,
  values,
]
/** A process that began that many seconds after the script did. */
const startedAt = (instance: string, values: string): [string, string] => [
  `process_start_time_seconds{job="dkron",instance="${instance}"}`,
  values,
]
const OLD = '-9000x400'

const cases: readonly (readonly [string, RuleScript])[] = [
  [
    'three servers count each run; it is one run',
    {
      series: ['a', 'b', 'c'].flatMap((server): [string, string][] => [
        node(server),
        startedAt(server, OLD),
        [SUCCEEDED('nightly', server), '10x20 14x100'],
      ]),
      values: [
        [
          '9m',
          'round(dkron:job_runs:increase5m{state="success"})',
          { '{pipeline="nightly",state="success"}': 4 },
        ],
      ],
    },
  ],
  [
    'the first failure of a job counts although its counter appears with it',
    {
      series: [node('a'), startedAt('a', OLD), [FAILED('nightly', 'a'), '_x40 4x100']],
      values: [
        [
          '12m',
          'round(dkron:job_runs:increase5m{state="failed"})',
          { '{pipeline="nightly",state="failed"}': 4 },
        ],
      ],
      firing: [
        ['9m', 'DkronJobFailures', []],
        ['20m', 'DkronJobFailures', ['nightly']],
        ['20m', 'DkronJobFailing', ['nightly']],
      ],
    },
  ],
  [
    'a Dkron that Weir sees for the first time has not just run all it ever ran',
    {
      series: [
        [`dkron_runtime_num_goroutines{job="dkron",instance="a",host="a"}`, '_x10 80x100'],
        startedAt('a', OLD),
        [FAILED('nightly', 'a'), '_x10 5000x100'],
      ],
      values: [['8m', 'dkron:job_runs:increase5m > 0', {}]],
      firing: [['20m', 'DkronJobFailures', []]],
    },
  ],
  [
    'a server that restarts and counts old runs again adds none',
    {
      series: [
        node('a'),
        startedAt('a', '-9000x39 600x300'),
        [FAILED('nightly', 'a'), '50x39 20x4 50x300'],
        [SUCCEEDED('nightly', 'a'), '900x39 20x4 700x300'],
      ],
      values: [
        ['11m', 'dkron:job_runs:increase5m > 0', {}],
        ['17m', 'dkron:job_runs:increase5m > 0', {}],
        ['40m', 'dkron:job_runs:increase1h{state="failed"} > 0', {}],
      ],
      firing: [['25m', 'DkronJobFailures', []]],
    },
  ],
  [
    'runs that a webhook tells are counted by their samples',
    {
      series: [
        ['dkron_execution_success{job_name="nightly"}', '_x8 1 0 0 1 _x300'],
        ['dkron_execution_milliseconds{job_name="nightly"}', '_x8 1000 2000 3000 6000 _x300'],
      ],
      values: [
        [
          '5m',
          'dkron:job_runs:increase5m',
          {
            'dkron:job_runs:increase5m{pipeline="nightly",state="success"}': 2,
            'dkron:job_runs:increase5m{pipeline="nightly",state="failed"}': 2,
          },
        ],
        ['15m', 'sum(dkron:job_runs:increase5m)', { '{}': 0 }],
        [
          '15m',
          'round(dkron:job_runs:increase1h{state="failed"})',
          { '{pipeline="nightly",state="failed"}': 2 },
        ],
        ['5m', 'dkron:job_seconds:mean1h', { 'dkron:job_seconds:mean1h{pipeline="nightly"}': 3 }],
        [
          '12m45s',
          'weir_stage_freshness_seconds{stage="execution",pipeline="nightly"}',
          {
            'weir_stage_freshness_seconds{pipeline="nightly",stage="execution",system="dkron"}': 600,
          },
        ],
      ],
    },
  ],
  [
    'freshness counts from the last success',
    {
      series: [node('a'), startedAt('a', OLD), [SUCCEEDED('nightly', 'a'), '5x20 6x100']],
      values: [
        ['4m', 'weir_stage_freshness_seconds{pipeline="nightly"}', {}],
        [
          '20m15s',
          'weir_stage_freshness_seconds{stage="execution",pipeline="nightly"}',
          {
            'weir_stage_freshness_seconds{pipeline="nightly",stage="execution",system="dkron"}': 900,
          },
        ],
      ],
    },
  ],
  [
    'a job that used to succeed each five minutes is missed',
    {
      series: [node('a'), startedAt('a', OLD), [SUCCEEDED('nightly', 'a'), '5x19 6x19 7x19 8x300']],
      firing: [
        ['30m', 'DkronJobNotSucceeding', []],
        ['38m', 'DkronJobNotSucceeding', ['nightly']],
      ],
    },
  ],
  [
    'scheduler starts that /metrics forgets after a minute are changes of leader',
    {
      series: [
        node('a'),
        ...['a', 'b', 'c', 'd', 'e'].map((server, i): [string, string] => [
          `dkron_scheduler_start{job="dkron",instance="${server}"}`,
          `_x${10 + i * 20} 1x3 stale _x300`,
        ]),
      ],
      values: [['25m', 'changes(dkron:leader_elected_time_seconds[1h])', { '{}': 4 }]],
      firing: [
        ['20m', 'DkronLeaderFlapping', []],
        ['25m', 'DkronLeaderFlapping', ['(dkron)']],
      ],
    },
  ],
  [
    'a node that sends by both ways is one node',
    {
      series: [
        node('a'),
        node('b'),
        ['dkron_runtime_num_goroutines{host="a"}', '80x20'],
        ['dkron_runtime_num_goroutines{host="b"}', '80x20'],
      ],
      values: [['2m', 'dkron:nodes', { 'dkron:nodes': 2 }]],
    },
  ],
  [
    'members down are seen with the host in the name, and in a label',
    {
      series: [
        node('a'),
        ['dkron_node_1_memberlist_node_instances{node_state="dead"}', '1x80'],
        ['dkron_memberlist_node_instances{node_state="alive",host="a"}', '2x80'],
      ],
      values: [
        [
          '2m',
          'dkron:members',
          { 'dkron:members{node_state="dead"}': 1, 'dkron:members{node_state="alive"}': 2 },
        ],
      ],
      firing: [
        ['3m', 'DkronMemberDown', []],
        ['6m', 'DkronMemberDown', ['(dkron)']],
      ],
    },
  ],
  [
    'a node that goes is told once the others are known',
    {
      series: [node('a'), node('b', '80x80 stale _x200')],
      firing: [
        ['19m', 'DkronNodeCountChanged', []],
        ['24m', 'DkronNodeCountChanged', ['(dkron)']],
        ['45m', 'DkronNodeCountChanged', []],
      ],
    },
  ],
  [
    'times are the same from a page in milliseconds and from StatsD in seconds',
    {
      series: [
        ['dkron_grpc_set_job_sum{instance="a"}', '0+150x80'],
        ['dkron_grpc_set_job_count{instance="a"}', '0+15x80'],
        ['dkron_grpc_execution_done_seconds_sum', '0+0.150x80'],
        ['dkron_grpc_execution_done_seconds_count', '0+15x80'],
        ['dkron_raft_leader_lastContact{quantile="0.99"}', '300x80'],
      ],
      values: [
        [
          '10m',
          'round(dkron:call_seconds:rate5m / dkron:calls:rate5m, 0.001)',
          { '{call="set_job"}': 0.01, '{call="execution_done"}': 0.01 },
        ],
        ['10m', 'dkron:last_contact_seconds', { 'dkron:last_contact_seconds': 0.3 }],
      ],
      firing: [['10m', 'DkronRaftSlow', ['(dkron)']]],
    },
  ],
  [
    'without a Dkron nothing is recorded and nothing fires',
    {
      series: [['up', '1x40']],
      values: [
        ['5m', 'count({__name__=~"weir_.+|dkron.+"})', {}],
        ['5m', 'count(ALERTS)', {}],
      ],
    },
  ],
]

test.skipIf(!hasPromtool).each(cases)(`%s${unlessPromtool}`, (_, script) => {
  expect(runRuleScript(DKRON, script)).toBe('')
})
