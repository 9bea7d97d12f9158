/** What Weir tells of itself, by answer scripts. */
import { expect, test } from 'vitest'
import {
  type RuleScript,
  hasPromtool,
  runRuleScript,
  unlessPromtool,
} from '../testing/rule-script.ts'
import { WEIR } from './weir.ts'

const own = (name: string, labels = ''): string =>
  `${name}{instance="w"${labels === '' ? '' : `,${labels}`}}`

const THERE: readonly [string, string] = [own('weir_build_info'), '1x120']

const cases: readonly (readonly [string, RuleScript])[] = [
  [
    'refused lines are told after five minutes, and counted with lost packets',
    {
      series: [
        THERE,
        [own('weir_statsd_lines_total', 'transport="udp"'), '0+1500x120'],
        [own('weir_statsd_rejected_total', 'reason="malformed_line"'), '0+30x120'],
        [own('weir_statsd_packets_dropped_total'), '0x60 1x60'],
      ],
      firing: [
        ['4m', 'WeirLinesRefused', []],
        ['12m', 'WeirLinesRefused', ['w']],
        ['14m', 'WeirPacketsDropped', []],
        ['16m', 'WeirPacketsDropped', ['w']],
      ],
      values: [
        [
          '10m',
          'round(weir_stage_throughput{stage="intake"})',
          {
            '{pipeline="w",stage="intake",system="weir"}': 100,
          },
        ],
        [
          '10m',
          'round(weir_stage_errors{stage="intake"})',
          { '{pipeline="w",stage="intake",system="weir"}': 2 },
        ],
      ],
    },
  ],
  [
    'writes that fail are told within a minute or two',
    {
      series: [THERE, [own('weir_store_commits_failed_total'), '0x20 0+1x100']],
      firing: [
        ['5m', 'WeirWritesFailing', []],
        ['8m', 'WeirWritesFailing', ['w']],
      ],
    },
  ],
  [
    'an engine of logs that is away is told after six minutes, lost lines at once',
    {
      series: [
        THERE,
        [own('weir_logs_engine_queue_seconds'), '0x10 15+15x39 0x99'],
        [own('weir_logs_engine_dropped_lines_total', 'reason="too_old"'), '0x40 7x60'],
      ],
      firing: [
        ['7m', 'WeirLogsEngineBehind', []],
        ['11m', 'WeirLogsEngineBehind', ['w']],
        ['16m', 'WeirLogsEngineBehind', []],
        ['9m', 'WeirLogsEngineLost', []],
        ['11m', 'WeirLogsEngineLost', ['w']],
      ],
    },
  ],
  [
    'a disk that fills is told a day before, a full one at once',
    {
      series: [
        THERE,
        [own('weir_disk_size_bytes'), '1000000x600'],
        [own('weir_disk_free_bytes'), '300000-500x600'],
      ],
      firing: [
        // Before there is an hour nothing is foretold.
        ['55m', 'WeirDiskFilling', []],
        ['80m', 'WeirDiskFilling', ['w']],
        ['115m', 'WeirDiskFull', []],
        ['140m', 'WeirDiskFull', ['w']],
      ],
    },
  ],
  [
    'an engine that is away, a queue that fills by bytes or by age, and samples that the engine refuses',
    {
      series: [
        THERE,
        [own('weir_engine_up'), '1x20 0x20 1x80'],
        [own('weir_engine_queue_max_bytes'), '1000x120'],
        [own('weir_engine_queue_max_age_seconds'), '1000x120'],
        [own('weir_store_outgoing_bytes'), '0x20 0+20x30 600x8 0x60'],
        [own('weir_remote_write_out_lag_seconds', 'queue="engine"'), '0x80 600x40'],
        [own('weir_remote_write_out_failed_total', 'kind="sample",queue="engine"'), '0x100 7x20'],
      ],
      firing: [
        ['5m', 'WeirEngineAway', []],
        ['8m', 'WeirEngineAway', ['w']],
        ['11m', 'WeirEngineQueueFilling', []],
        ['12m', 'WeirEngineAway', []],
        ['14m', 'WeirEngineQueueFilling', ['w']],
        ['18m', 'WeirEngineQueueFilling', []],
        ['23m', 'WeirEngineQueueFilling', ['w']],
        ['25m', 'WeirEngineRefuses', []],
        ['27m', 'WeirEngineRefuses', ['w']],
      ],
    },
  ],
  [
    'samples that were sent and refused count, whichever way they came',
    {
      series: [
        THERE,
        [own('weir_otlp_rejected_total', 'encoding="json",reason="bad_name"'), '0+15x120'],
        [own('weir_remote_write_rejected_total', 'version="1",reason="out_of_order"'), '0+15x120'],
        [own('weir_remote_write_written_total', 'version="1",kind="sample"'), '0+150x120'],
      ],
      firing: [['12m', 'WeirLinesRefused', ['w']]],
      values: [
        ['10m', 'round(weir:refused:rate5m)', { '{instance="w"}': 2 }],
        ['10m', 'round(weir:taken:rate5m)', { '{instance="w"}': 10 }],
      ],
    },
  ],
  [
    'somebody who guesses, a peer that is away, a backup that broke off',
    {
      series: [
        THERE,
        [own('weir_access_refused_total', 'reason="bad_token"'), '0x20 0+15x100'],
        [own('weir_statsd_senders_refused_total', 'transport="udp"'), '0x120'],
        [own('weir_peer_up', 'peer="http://b"'), '1x20 0x20 1x80'],
        [own('weir_peer_up', 'peer="http://c"'), '1x120'],
        [own('weir_backups_total', 'result="done"'), '0+1x120'],
        [own('weir_backups_total', 'result="abandoned"'), '0x40 1x80'],
      ],
      firing: [
        ['5m', 'WeirAccessRefused', []],
        ['14m', 'WeirAccessRefused', ['w']],
        ['5m', 'WeirPeerAway', []],
        ['8m', 'WeirPeerAway', ['w']],
        ['12m', 'WeirPeerAway', []],
        ['9m', 'WeirBackupFailed', []],
        ['11m', 'WeirBackupFailed', ['w']],
      ],
      values: [['8m', 'count(ALERTS{alertname="WeirPeerAway",peer="http://b"})', { '{}': 1 }]],
    },
  ],
  [
    'what is sent on and waits, and what never arrives',
    {
      series: [
        THERE,
        [own('weir_remote_write_out_lag_seconds', 'queue="mimir"'), '0x20 15+15x100'],
        [own('weir_remote_write_out_lag_seconds', 'queue="engine"'), '900x120'],
        [own('weir_remote_write_out_failed_total', 'kind="sample",queue="mimir"'), '0x40 5x80'],
        [
          own('weir_remote_write_out_dropped_total', 'kind="sample",queue="b",reason="relabelled"'),
          '0+9x120',
        ],
        [own('weir_remote_write_out_failed_total', 'kind="sample",queue="b"'), '0x120'],
        [
          own('weir_remote_write_out_dropped_total', 'kind="sample",queue="b",reason="too_old"'),
          '0x80 3x40',
        ],
      ],
      firing: [
        ['9m', 'WeirSendingOnBehind', []],
        ['16m', 'WeirSendingOnBehind', ['w']],
        ['9m', 'WeirSendingOnLost', []],
        ['12m', 'WeirSendingOnLost', ['w']],
        ['29m', 'WeirSendingOnLost', ['w']],
      ],
      values: [['22m', 'count(ALERTS{alertname="WeirSendingOnLost",queue="b"})', { '{}': 1 }]],
    },
  ],
  [
    'a rule group that is not evaluated any more is late',
    {
      series: [
        THERE,
        [own('weir_alerting_group_interval_seconds', 'group="g"'), '15x120'],
        [
          own('weir_alerting_group_last_evaluation_timestamp_seconds', 'group="g"'),
          '0+15x20 300x99',
        ],
      ],
      firing: [
        ['5m', 'WeirRulesLate', []],
        ['8m', 'WeirRulesLate', ['w']],
      ],
    },
  ],
  [
    'a receiver that takes nothing, and one that is given up',
    {
      series: [
        THERE,
        [
          own('weir_alerting_receiver_failing_seconds', 'receiver="page",integration="pagerduty"'),
          '0x20 0+15x99',
        ],
        [
          own('weir_alerting_notifications_failed_total', 'integration="slack",reason="refused"'),
          '0x20 1x99',
        ],
      ],
      firing: [
        ['5m', 'WeirReceiverFailing', []],
        ['10m', 'WeirReceiverFailing', ['w']],
        ['5m', 'WeirNotificationsLost', []],
        ['7m', 'WeirNotificationsLost', ['w']],
      ],
    },
  ],
  [
    'refused queries and targets that are down',
    {
      series: [
        THERE,
        [own('weir_query_refused_total'), '0x20 3x99'],
        ['up{job="shop",instance="a"}', '1x10 0x99'],
        ['up{job="shop",instance="b"}', '1x110'],
      ],
      firing: [
        ['6m', 'WeirQueriesRefused', ['w']],
        ['6m', 'WeirTargetsDown', []],
        ['9m', 'WeirTargetsDown', ['weir']],
      ],
      values: [['9m', 'count(ALERTS{alertname="WeirTargetsDown",job="shop"})', { '{}': 1 }]],
    },
  ],
  [
    'without a Weir nothing is recorded',
    { series: [], values: [['5m', 'weir_stage_throughput', {}]] },
  ],
]

test.skipIf(!hasPromtool).each(cases)(`%s${unlessPromtool}`, (_, script) => {
  expect(runRuleScript(WEIR, script)).toBe('')
})
