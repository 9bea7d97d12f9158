/** The pack's rules as answer scripts: what each trap looks like, and what must be said of it. */
import { expect, test } from 'vitest'
import {
  type RuleScript,
  hasPromtool,
  runRuleScript,
  unlessPromtool,
} from '../testing/rule-script.ts'
import type { Pack } from '../pack.ts'
import { RUDDERSTACK } from './rudderstack.ts'

type Series = readonly [series: string, values: string]

const SHOP = 'shop_a1b2c3'
const BRAZE = 'Braze prod_x9y8z7'
const WAY = `${SHOP} → ${BRAZE}`

/** A server that has been there all along. */
const SERVER: Series = ['runtime_cpu_goroutines{instanceName="r0"}', '500x100']
const SOURCE: Series = [
  `gateway_write_key_requests{instanceName="r0",sourceID="2shop",source="${SHOP}"}`,
  '0+15x100',
]
const BRAZE_TAGS = `instanceName="r0",module="router",destID="2braze",destType="BRAZE",destination="${BRAZE}"`

/** Deliveries to Braze: events each 15 s by edge, the last one being `+Inf`. */
function deliveries(edges: Readonly<Record<string, number>>, tags = BRAZE_TAGS): Series[] {
  const series = Object.entries(edges).map(([le, perStep]): Series => [
    `event_delivery_time_bucket{${tags},sourceId="2shop",le="${le}"}`,
    `0+${perStep}x100`,
  ])
  const all = edges['+Inf']!
  return [
    ...series,
    [`event_delivery_time_count{${tags},sourceId="2shop"}`, `0+${all}x100`],
    [`event_delivery_time_sum{${tags},sourceId="2shop"}`, `0+${all * 3}x100`],
    [`event_delivery{${tags},source="2shop"}`, `0+${all}x100`],
  ]
}

const cases: readonly (readonly [string, RuleScript])[] = [
  [
    'six spellings of an id, and a name: one pipeline, each delivery once',
    {
      series: [
        SERVER,
        SOURCE,
        ...deliveries({ '60': 30, '+Inf': 30 }),
        ...[
          ['router_aborted_events', 'destId="2braze",destType="BRAZE",alert="true"'],
          ['drained_events', 'destId="2braze",destType="BRAZE",reasons="job expired, too old"'],
          [
            'pipeline_processed_events',
            'destinationId="2braze",destType="BRAZE",sourceId="2shop",module="router",state="failed"',
          ],
          [
            'proc_transform_stage_in_count',
            'destination="2braze",destType="BRAZE",source="2shop",transformationType="USER_TRANSFORMATION"',
          ],
        ].map(([name, tags]): Series => [`${name}{instanceName="r0",${tags}}`, '0+15x100']),
        ['jobsdb_rt_pending_events_count{destinationID="2braze",destType="BRAZE"}', '7x100'],
        [
          'num_staged_events{dest_id="2rs",dest_type="RS",src_id="2shop",instanceName="r0"}',
          '0+1x100',
        ],
        [
          'upload_success{destinationid="2rs",destinationType="RS",source_id="2shop",instanceName="r0"}',
          '0+1x100',
        ],
      ],
      values: [
        [
          '20m',
          'count by (pipeline) (rudderstack:pipelines)',
          { [`{pipeline="${WAY}"}`]: 1, [`{pipeline="${SHOP} → 2rs"}`]: 1 },
        ],
        ['20m', 'round(sum(rudderstack:delivered:rate5m), 0.01)', { '{}': 0.5 }],
        [
          '20m',
          'sum by (destination, destination_type) (rudderstack:aborted:increase15m)',
          { [`{destination="${BRAZE}",destination_type="BRAZE"}`]: 225 },
        ],
        [
          '20m',
          'sum by (destination) (rudderstack:drained:increase30m > 0)',
          { [`{destination="${BRAZE}"}`]: 300 },
        ],
        [
          '20m',
          'round(weir_stage_throughput{stage=~"gateway|user-transformation|router"}, 0.01)',
          {
            [`{system="rudderstack",pipeline="${WAY}",stage="user-transformation"}`]: 0.25,
            [`{system="rudderstack",pipeline="${WAY}",stage="router"}`]: 0.5,
          },
        ],
        [
          '20m',
          'weir_stage_backlog{stage="router"}',
          {
            [`weir_stage_backlog{system="rudderstack",pipeline="${WAY}",stage="router"}`]: 7,
          },
        ],
        [
          '20m',
          'round(weir_stage_errors{stage="router"}, 0.01)',
          { [`{system="rudderstack",pipeline="${WAY}",stage="router"}`]: 0.25 },
        ],
      ],
      firing: [
        ['20m', 'RudderEventsAborted', [WAY]],
        ['20m', 'RudderEventsDrained', [WAY]],
      ],
    },
  ],
  [
    'a minute for Braze: more than one in twenty above the edge, in either spelling of it',
    {
      series: [
        SERVER,
        SOURCE,
        ...deliveries({ '1.0': 10, '60.0': 93, '300.0': 100, '+Inf': 100 }),
        ...deliveries(
          { '1': 10, '60': 96, '300': 100, '+Inf': 100 },
          BRAZE_TAGS.replaceAll('2braze', '2other').replaceAll(BRAZE, 'Braze test_111111'),
        ),
        ...deliveries(
          { '1': 10, '60': 93, '300': 100, '+Inf': 100 },
          BRAZE_TAGS.replaceAll('2braze', '2ga')
            .replaceAll(BRAZE, 'GA_222222')
            .replace('BRAZE', 'GA'),
        ),
      ],
      firing: [
        ['2m', 'RudderDeliveryTooSlow', []],
        ['10m', 'RudderDeliveryTooSlow', [WAY]],
        ['20m', 'RudderDeliverySlow', []],
      ],
    },
  ],
  [
    'a server without edges below a minute: nothing is guessed, and what is above counts',
    {
      series: [
        SERVER,
        SOURCE,
        ...deliveries({ '60': 100, '300': 100, '+Inf': 100 }),
        ...deliveries(
          { '60': 80, '300': 100, '+Inf': 100 },
          BRAZE_TAGS.replaceAll('2braze', '2other').replaceAll(BRAZE, 'Braze test_111111'),
        ),
      ],
      values: [
        [
          '10m',
          'count by (destination) (rudderstack:delivery_seconds:p95)',
          { '{destination="Braze test_111111"}': 1 },
        ],
        // In its place the mean.
        [
          '10m',
          `round(weir_stage_latency_seconds{quantile="0.95",pipeline="${WAY}"}, 0.01)`,
          {
            [`{system="rudderstack",stage="router",quantile="0.95",pipeline="${WAY}"}`]: 3,
          },
        ],
      ],
      firing: [['10m', 'RudderDeliveryTooSlow', [`${SHOP} → Braze test_111111`]]],
    },
  ],
  [
    'one slow event among few wakes nobody',
    {
      series: [
        SERVER,
        SOURCE,
        [`event_delivery_time_bucket{${BRAZE_TAGS},sourceId="2shop",le="60"}`, '0x100'],
        [`event_delivery_time_bucket{${BRAZE_TAGS},sourceId="2shop",le="300"}`, '0x10 1x90'],
        [`event_delivery_time_bucket{${BRAZE_TAGS},sourceId="2shop",le="+Inf"}`, '0x10 1x90'],
      ],
      firing: [['13m', 'RudderDeliveryTooSlow', []]],
    },
  ],
  [
    'the first aborted event counts, what was there when a scrape began does not',
    {
      series: [
        SERVER,
        [
          `router_response_counts{destId="2braze",destType="BRAZE",destination="${BRAZE}"}`,
          '1x100',
        ],
        [
          'router_aborted_events{instanceName="r0",destId="2braze",destType="BRAZE",alert="true"}',
          '_x20 1x80',
        ],
        ['runtime_cpu_goroutines{instanceName="r1"}', '_x20 500x80'],
        [
          'router_aborted_events{instanceName="r1",destId="2ga",destType="GA",alert="true"}',
          '_x20 1000x80',
        ],
        // On purpose without alarm.
        [
          'router_aborted_events{instanceName="r0",destId="2ga",destType="GA",alert="false"}',
          '_x20 5x80',
        ],
      ],
      firing: [
        ['19m', 'RudderEventsAborted', []],
        ['21m', 'RudderEventsAborted', [BRAZE]],
      ],
    },
  ],
  [
    'names of 2021: tables in names, transformations of their own, no source, no id',
    {
      series: [
        SERVER,
        ['jobsdb_gw_tables_count', '9x100'],
        [`gateway_write_key_events{source="${SHOP}",writeKey="k"}`, '0+30x100'],
        [`event_delivery{module="router",destType="BRAZE",destination="${BRAZE}"}`, '0+15x100'],
        ...['0.5', '5', '+Inf'].map((le): Series => [
          `proc_user_transform_bucket{module="router",destType="BRAZE",destination="${BRAZE}",le="${le}"}`,
          le === '0.5' ? '0x100' : '0+15x100',
        ]),
        [
          'upload_aborted{destType="RS",warehouseID="shop_rs_a1_b2",module="warehouse"}',
          '0x10 1x90',
        ],
        ['recovery_mode_normal{instanceName="r0"}', '1x10 2x90'],
        [
          'rows_synced{destType="RS",warehouseID="shop_rs_a1_b2",tableName="rudder_discards"}',
          '0x10 3x90',
        ],
      ],
      firing: [
        ['20m', 'RudderQueueTables', ['(rudderstack)']],
        ['20m', 'RudderUserTransformationSlow', [BRAZE]],
        ['20m', 'RudderWarehouseUploadAborted', ['shop_rs_a1_b2']],
        ['20m', 'RudderWarehouseIncompatible', ['shop_rs_a1_b2']],
        ['20m', 'RudderDegradedMode', ['(rudderstack)']],
      ],
      values: [
        ['20m', 'rudderstack:jobsdb_tables', { 'rudderstack:jobsdb_tables{customVal="gw"}': 9 }],
        [
          '20m',
          'round(weir_stage_throughput{stage="router"}, 0.01)',
          { [`{system="rudderstack",stage="router",pipeline="${BRAZE}"}`]: 0.25 },
        ],
        ['20m', 'round(rudderstack:received:rate5m, 0.1)', { [`{source="${SHOP}"}`]: 0.5 }],
      ],
    },
  ],
  [
    'gauges that are silent for half an hour are still true, and then no longer',
    {
      interval: '2m',
      series: [
        ...deliveries({ '60': 30, '+Inf': 30 }),
        ['jobsdb_tables_count{customVal="gw"}', '12 _x100'],
        ['jobsdb_rt_pending_events_count{destinationId="2braze",destType="BRAZE"}', '5 _x100'],
      ],
      values: [
        ['14m', 'sum(rudderstack:pending_events)', { '{}': 5 }],
        ['30m', 'rudderstack:jobsdb_tables', { 'rudderstack:jobsdb_tables{customVal="gw"}': 12 }],
        ['90m', 'rudderstack:jobsdb_tables', {}],
      ],
      firing: [['40m', 'RudderQueueTablesMany', ['(rudderstack)']]],
    },
  ],
  [
    'counters that fall to zero on purpose are no loss and no gain',
    {
      series: [
        ['transformer_ivm_platform_error{instanceName="t0"}', '40x5 0x25'],
        ['transformer_memory_fenced_requests{instanceName="t0"}', '40x5 0x5 3x20'],
      ],
      firing: [
        ['8m', 'RudderTransformerPlatformError', []],
        ['8m', 'RudderTransformerFenced', []],
        ['13m', 'RudderTransformerFenced', ['(rudderstack)']],
      ],
    },
  ],
  [
    'answers: too many, failing, rejected, repeated',
    {
      series: [
        SERVER,
        ...(
          [
            ['200', 'false', 50],
            ['429', 'false', 20],
            ['500', 'true', 40],
            ['400', 'false', 30],
          ] as const
        ).map(([status, retry, perStep]): Series => [
          `router_response_counts{destId="2braze",destType="BRAZE",destination="${BRAZE}",respStatusCode="${status}",retry="${retry}"}`,
          `0+${perStep}x100`,
        ]),
      ],
      firing: [
        ['20m', 'RudderDestinationThrottled', []],
        ['20m', 'RudderDestinationFailing', [BRAZE]],
        ['20m', 'RudderDestinationRejects', [BRAZE]],
        ['20m', 'RudderDestinationRetries', []],
      ],
    },
  ],
  [
    'a flat line is a stop while events wait; without waiting it is rest',
    {
      interval: '2m',
      series: [
        [
          'pipeline_processed_events{module="router",destType="BRAZE",state="executing",code="0"}',
          '10x100',
        ],
        ['pipeline_processed_events{module="router",destType="GA",state="executing"}', '10x100'],
        ['jobsdb_rt_pending_events_count_all{destType="BRAZE"}', '50x100'],
        ['jobsdb_rt_pending_events_count_all{destType="GA"}', '0x100'],
        ['processor_gateway_db_write{partition=""}', '0x100'],
        ['gateway_write_key_requests{source="a"}', '0+15x100'],
      ],
      firing: [
        ['26m', 'RudderRouterStuck', ['(rudderstack)']],
        ['26m', 'RudderProcessorStuck', ['(rudderstack)']],
      ],
      values: [
        [
          '26m',
          'count by (destType) (ALERTS{alertname="RudderRouterStuck",alertstate="firing"})',
          { '{destType="BRAZE"}': 1 },
        ],
      ],
    },
  ],
  [
    'a process that goes away is missed, and so is the last one; what never was is not',
    {
      series: [
        ['runtime_cpu_goroutines{instanceName="r0",service_name="GATEWAY"}', '500x10 stale _x90'],
        ['runtime_cpu_goroutines{instanceName="r1",service_name="PROCESSOR"}', '500x20 0x80'],
      ],
      firing: [
        ['12m', 'RudderInstanceGone', []],
        ['17m', 'RudderInstanceGone', ['(rudderstack)']],
        ['19m', 'RudderDown', []],
        ['23m', 'RudderDown', ['(rudderstack)']],
      ],
    },
  ],
  [
    'without a RudderStack nothing is recorded and nothing fires',
    {
      series: [
        ['up{job="node"}', '0x40'],
        ['nodejs_eventloop_lag_p99_seconds{instance="other"}', '9x40'],
      ],
      values: [
        ['8m', 'count({__name__=~"weir_.+|rudderstack.+"})', {}],
        ['8m', 'count(ALERTS)', {}],
      ],
    },
  ],
  [
    'a sync later than its interval and half an hour, also above the last edge',
    {
      interval: '2m',
      series: [
        SERVER,
        ...(
          [
            ['30', '3600', 0],
            ['30', '5400', 4],
            ['30', '+Inf', 4],
            ['1440', '88200', 0],
            ['1440', '+Inf', 4],
            ['60', '5400', 4],
            ['60', '+Inf', 4],
          ] as const
        ).map(([frequency, le, perStep]): Series => [
          `event_delivery_time_bucket{instanceName="r0",module="warehouse",destID="rs${frequency}",destType="RS",sourceID="2shop",syncFrequency="${frequency}",le="${le}"}`,
          `0+${perStep}x100`,
        ]),
        ...['30', '1440', '60'].map((frequency): Series => [
          `upload_success{instanceName="r0",module="warehouse",destID="rs${frequency}",destType="RS",sourceID="2shop"}`,
          '0+1x100',
        ]),
      ],
      firing: [['46m', 'RudderWarehouseSyncLag', ['2shop → rs1440', '2shop → rs30']]],
    },
  ],
  [
    'volume: three times as much as yesterday, and hardly any',
    {
      interval: '2m',
      series: [
        ['gateway_write_key_events{source="calm"}', '0+2400x800'],
        ['gateway_write_key_events{source="spike"}', '0+2400x730 1759200+12000x70'],
        ['gateway_write_key_events{source="drop"}', '0+2400x730 1752000+120x70'],
        ['gateway_write_key_events{source="tiny"}', '0+1x730 800+100x70'],
      ],
      values: [
        [
          '24h40m',
          'count by (source) (ALERTS{alertname="RudderVolumeSpike",alertstate="firing"})',
          { '{source="spike"}': 1 },
        ],
        [
          '26h',
          'count by (source) (ALERTS{alertname="RudderVolumeDrop",alertstate="firing"})',
          { '{source="drop"}': 1 },
        ],
      ],
    },
  ],
]

const VOLUME_RECORDS = RUDDERSTACK.records.filter(({ record }) => record.includes('received'))

/** The pack without what a script does not speak of, so that it is done sooner. */
function slice(script: RuleScript): Pack {
  const asked = JSON.stringify([script.firing, script.values])
  if (asked.includes('count(ALERTS)')) return RUDDERSTACK
  return {
    ...RUDDERSTACK,
    // A day in steps of two minutes.
    records: asked.includes('RudderVolume') ? VOLUME_RECORDS : RUDDERSTACK.records,
    alerts: RUDDERSTACK.alerts.filter(({ name }) => asked.includes(`"${name}`)),
    stages: asked.includes('weir_stage_') ? RUDDERSTACK.stages : [],
  }
}

test.skipIf(!hasPromtool).each(cases)(`%s${unlessPromtool}`, (_, script) => {
  expect(runRuleScript(slice(script), { interval: '1m', ...script })).toBe('')
})
