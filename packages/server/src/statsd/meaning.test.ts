import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { meaningKeys } from './meaning.ts'
import { parseOptions } from './parse-options.ts'
import { Stand } from './test-stand.ts'

const keys = z.strictObject(meaningKeys)

/** A stand whose listener has these keys. */
function standWith(given: z.input<typeof keys>, mapping = ''): Stand {
  const stand = new Stand(mapping)
  stand.meaning = parseOptions(keys.parse(given), 65_536)
  return stand
}

describe('a gauge with a sign', () => {
  const flink = ['lag:0|g', 'lag:-5|g', 'lag:-5|g'] // what Flink's reporter sends for one -5
  test('is a change unless told', () => {
    expect(
      standWith({})
        .send(...flink)
        .page(),
    ).toEqual(['lag -10'])
  })
  test('is a value where the listener says so', () => {
    expect(
      standWith({ gauges: 'absolute' })
        .send(...flink, 'x:+3|g')
        .page(),
    ).toEqual(['lag -5', 'x 3'])
  })
  test('means what its rule says, whatever the listener says', () => {
    const rule = (gauges: string): string =>
      `mappings: [{match: lag, name: lag, gauges: ${gauges}}]`
    expect(
      standWith({}, rule('absolute'))
        .send(...flink)
        .page(),
    ).toEqual(['lag -5'])
    const absolute = standWith({ gauges: 'absolute' }, rule('relative'))
    expect(absolute.send(...flink).page()).toEqual(['lag -10'])
  })
})

test.each([
  ['ns', '250000000'],
  ['us', '250000'],
  ['ms', '250'],
  ['s', '0.25'],
] as const)('timers in %s', (timer_unit, value) => {
  expect(standWith({ timer_unit }).send(`t:${value}|ms`).page().at(-2)).toBe('t_sum 0.25')
})

test('two listeners mean the same bytes differently, each its own way', () => {
  const stand = new Stand()
  const plain = stand.meaning
  const dog = parseOptions(
    keys.parse({ gauges: 'absolute', timer_unit: 's', parse_influxdb_tags: false }),
    65_536,
  )
  const lines = ['g:-1|g', 't:2|ms', 'a,k=v:1|c']
  for (const meaning of [plain, dog, plain, dog]) {
    stand.meaning = meaning
    stand.send(...lines)
  }
  expect(stand.page()).toEqual([
    'a{k="v"} 2',
    'a_k_v 2',
    'g -1', // -1, set to -1, changed to -2, set to -1
    't{quantile="0.5"} 0.002',
    't{quantile="0.9"} 2',
    't{quantile="0.99"} 2',
    't_sum 4.004',
    't_count 4',
  ])
})

describe('totals that the sender counts itself', () => {
  const RULE =
    'mappings: [{match: "*.numRecordsIn", name: in, labels: {tm: $1}, running_total: true}]'
  test('are counters', () => {
    const stand = new Stand(RULE).send('tm1.numRecordsIn:5|g', 'tm1.numRecordsIn:9|g')
    expect(stand.page()).toEqual(['in{tm="tm1"} 9'])
    expect([...stand.aggregate.families.all()].map(({ kind }) => kind)).toEqual(['counter'])
  })
  test('fall when the sender began anew', () => {
    expect(new Stand(RULE).send('a.numRecordsIn:5|g', 'a.numRecordsIn:2|g').page()).toEqual([
      'in{tm="a"} 2',
    ])
  })
  test('take no number that no total can be', () => {
    const stand = new Stand(RULE).send(
      'a.numRecordsIn:5|g',
      'a.numRecordsIn:nan|g',
      'a.numRecordsIn:-1|g',
    )
    expect(stand.page()).toEqual(['in{tm="a"} 5'])
    expect(stand.rejects).toEqual({ malformed_value: 1, illegal_negative_counter: 1 })
  })
  test('do not begin with NaN either', () => {
    const stand = new Stand(RULE).send('a.numRecordsIn:nan|g')
    expect([stand.page(), stand.rejects]).toEqual([[], { malformed_value: 1 }])
  })
})

test('what Flink’s reporter sends beside numbers costs nothing but a count', () => {
  const stand = standWith({ gauges: 'absolute' }).send(
    'jm.job.lastCheckpointExternalPath:s3://b/chk-7|g',
    'tm.job.map -> sink.3.isBackPressured:false|g',
    'tm.job.map -> sink.3.busyTimeMsPerSecond:NaN|g',
    'tm.job.Source- orders.0.KafkaConsumer.records-lag-max:0|g',
    'tm.job.Source- orders.0.KafkaConsumer.records-lag-max:-1|g',
  )
  expect(stand.rejects).toEqual({ text_gauge: 1 })
  expect(stand.page()).toEqual([
    'tm_job_Source__orders_0_KafkaConsumer_records_lag_max -1',
    'tm_job_map____sink_3_busyTimeMsPerSecond NaN',
    'tm_job_map____sink_3_isBackPressured 0',
  ])
})

test('rudder-server’s lines and its transformer’s come by one socket', () => {
  const stand = new Stand().send(
    'router_response_counts,instanceName=test,alert=true,destination=Braze prod_x9y8z7,errorAt=,respStatusCode=200:1|c',
    'drained_events,module=batchrouter,reasons=job expired, destination is disabled,workspaceId=ws1:4|c',
    'equal,q=a=b=c:1|c',
    'reader_created,,job_id=orders:1|c', // Dagger's double comma
    'transformer.count:1|c|#pid:7,transformerHostName:t-0',
  )
  expect(stand.rejects).toEqual({})
  expect(stand.aggregate.counts.tagErrors).toBe(0)
  expect(stand.page()).toEqual([
    'drained_events{module="batchrouter",reasons="job expired, destination is disabled",workspaceId="ws1"} 4',
    'equal{q="a=b=c"} 1',
    'reader_created{job_id="orders"} 1',
    'router_response_counts{alert="true",destination="Braze prod_x9y8z7",instanceName="test",respStatusCode="200"} 1',
    'transformer_count{pid="7",transformerHostName="t-0"} 1',
  ])
})
