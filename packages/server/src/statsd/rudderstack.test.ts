/**
 * Lines as rudder-server and rudder-transformer write them, through the intake and the pack's rules.
 * The traps: empty values, commas in values, milliseconds under a name that says seconds, one name of two
 * types, both forms of tags on one port, names of 2021.
 */
import { PACKS, exportMapping } from '@weir/packs'
import { describe, expect, test } from 'vitest'
import { Stand } from './test-stand.ts'

const PACK = PACKS.find(({ id }) => id === 'rudderstack')!
const MAPPING = exportMapping(PACK) ?? ''

/** What lines become; of a histogram only sum and count, unless buckets are asked for. */
function become(lines: readonly string[], { buckets = false } = {}): string[] {
  const stand = new Stand(MAPPING)
  const page = stand.send(...lines).page()
  expect(stand.rejects).toEqual({})
  return page.filter((line) => buckets || !line.includes('_bucket{'))
}

const EMBEDDED = 'instanceName=rudder-0,service_name=EMBEDDED,service_version=1.83.0'

test.each([
  [
    'a counter with tags: the name by underscores, nothing appended',
    `gateway.write_key_requests,${EMBEDDED},reqType=batch,sdkVersion=js-3,source=my_site_a1b2c3,sourceID=2abc,workspaceId=ws1,writeKey=2wk:12|c`,
    [
      `gateway_write_key_requests{instanceName="rudder-0",reqType="batch",sdkVersion="js-3",service_name="EMBEDDED",service_version="1.83.0",source="my_site_a1b2c3",sourceID="2abc",workspaceId="ws1",writeKey="2wk"} 12`,
    ],
  ],
  [
    'an empty value is an absent label',
    `router_response_counts,${EMBEDDED},alert=true,destId=2dest,destType=BRAZE,destination=Braze prod_x9y8z7,errorAt=,respStatusCode=200,retry=false,workspaceId=ws1:1|c`,
    [
      `router_response_counts{alert="true",destId="2dest",destType="BRAZE",destination="Braze prod_x9y8z7",instanceName="rudder-0",respStatusCode="200",retry="false",service_name="EMBEDDED",service_version="1.83.0",workspaceId="ws1"} 1`,
    ],
  ],
  [
    'commas in a value belong to it',
    `drained_events,destId=2d,destType=S3,module=batchrouter,reasons=job expired, destination is disabled,workspaceId=ws1:4|c`,
    [
      'drained_events{destId="2d",destType="S3",module="batchrouter",reasons="job expired, destination is disabled",workspaceId="ws1"} 4',
    ],
  ],
  [
    'milliseconds become seconds',
    'event_delivery_time,destID=2d,destType=BRAZE,module=router,sourceCategory=:61234|ms',
    [
      'event_delivery_time_sum{destID="2d",destType="BRAZE",module="router"} 61.234',
      'event_delivery_time_count{destID="2d",destType="BRAZE",module="router"} 1',
    ],
  ],
  [
    'also where the name says seconds already',
    'processor.event_pickup_lag_seconds,sourceId=2a:1500|ms',
    [
      'processor_event_pickup_lag_seconds_sum{sourceId="2a"} 1.5',
      'processor_event_pickup_lag_seconds_count{sourceId="2a"} 1',
    ],
  ],
  [
    'a zero keeps a series alive',
    'processor_gateway_db_write,partition=:0|c',
    ['processor_gateway_db_write 0'],
  ],
  [
    "today's gauge of tables",
    'jobsdb.tables_count,customVal=gw:2|g',
    ['jobsdb_tables_count{customVal="gw"} 2'],
  ],
  [
    'the same of 2021',
    'jobsdb.batch_rt_tables_count:3|g',
    ['jobsdb_tables_count{customVal="batch_rt"} 3'],
  ],
  [
    'a destination in the name, of 2021',
    'batch_router.S3_dest_upload_time:2000|ms',
    ['brt_upload_time_sum{destType="S3"} 2', 'brt_upload_time_count{destType="S3"} 1'],
  ],
  ['the runtime', 'runtime_mem.heap.inuse:81788928|g', ['runtime_mem_heap_inuse 81788928']],
  ['and its shorter names', 'runtime_cpu.goroutines:512|g', ['runtime_cpu_goroutines 512']],
])('%s', (_, line, want) => {
  expect(become([line]).toSorted()).toEqual(want.toSorted())
})

describe('what comes together', () => {
  test('both forms of tags on one port are one metric', () => {
    const lines = become([
      'event_delivery,destType=BRAZE,module=router:3|c',
      'event_delivery:4|c|#destType:BRAZE,module:router',
    ])
    expect(lines).toEqual(['event_delivery{destType="BRAZE",module="router"} 7'])
  })

  test('a histogram and a gauge of one name get two', () => {
    const lines = become([
      'payload_size,destType=SFTP,module=batch_router:5000|h',
      'payload_size,destType=MARKETO_BULK_UPLOAD,module=batch_router:700|g',
      'gateway.request_size:300|c',
      'gateway.request_size:1000|h',
    ])
    expect(lines.toSorted()).toEqual([
      'gateway_request_bytes 300',
      'gateway_request_size_count 1',
      'gateway_request_size_sum 1000',
      'payload_size_count{destType="SFTP",module="batch_router"} 1',
      'payload_size_last{destType="MARKETO_BULK_UPLOAD",module="batch_router"} 700',
      'payload_size_sum{destType="SFTP",module="batch_router"} 5000',
    ])
  })

  test('a negative gauge comes as a zero and a change', () => {
    expect(
      become([
        'warehouse_staging_load_file_events_count_mismatched,destID=2w:0|g',
        'warehouse_staging_load_file_events_count_mismatched,destID=2w:-5|g',
      ]),
    ).toEqual(['warehouse_staging_load_file_events_count_mismatched{destID="2w"} -5'])
  })

  test('delivery time has an edge at each limit of the alerts', () => {
    const page = become(['event_delivery_time,destType=BRAZE:61234|ms'], { buckets: true })
    const edges = page.flatMap((line) => /le="([^"]+)"/.exec(line)?.[1] ?? [])
    const limits = PACK.alerts
      .filter(({ expr }) => expr.includes('delivery_seconds:p95') || expr.includes('sync_seconds'))
      .flatMap(({ threshold }) => [threshold!.value, ...Object.values(threshold!.values ?? {})])
    expect(limits.length).toBeGreaterThan(10)
    expect(limits.filter((limit) => !edges.map(Number).includes(limit))).toEqual([])
    expect(page).toContain('event_delivery_time_bucket{destType="BRAZE",le="60"} 0')
  })

  test('the transformer of 2021: tags of Datadog, milliseconds', () => {
    const lines = become([
      'transformer.createivm_duration:42|ms|#pid:7,transformerHostName:t0',
      'transformer.user_transform_errors:2|c|#processSessions:true,pid:7',
    ])
    expect(lines.toSorted()).toEqual([
      'transformer_createivm_duration_count{pid="7",transformerHostName="t0"} 1',
      'transformer_createivm_duration_sum{pid="7",transformerHostName="t0"} 0.042',
      'transformer_user_transform_errors{pid="7",processSessions="true"} 2',
    ])
  })

  test('what tells whether a process lives ends soon after it, a gauge that comes seldom does not', () => {
    const stand = new Stand(MAPPING, {}, 60_000)
    stand.send('runtime_cpu.goroutines:512|g', 'jobsdb.tables_count,customVal=gw:2|g')
    stand.nowMs += 3 * 60_000
    expect(stand.page()).toEqual(['jobsdb_tables_count{customVal="gw"} 2'])
  })
})

test('every histogram whose buckets the pack asks for has a rule, or comes by Prometheus alone', () => {
  const asked = new Set(
    [...PACK.records, ...PACK.alerts]
      .flatMap(({ expr }) => [...expr.matchAll(/\b([a-z_]+)_bucket\b/g)].map((found) => found[1]!))
      .filter((name) => PACK.metrics.some((metric) => metric.name === name)),
  )
  const mapped = new Set(PACK.mapping?.mappings.map(({ name }) => name))
  expect([...asked].filter((name) => !mapped.has(name))).toEqual([
    'transformer_ivm_execution_queue_wait',
  ])
})
