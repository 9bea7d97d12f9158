import { Mapping, explainLine, readMappings } from '@weir/server'
import { PACKS } from '@weir/packs'
import { expect, test } from 'vitest'
import { columns, counted } from './columns.ts'
import { showExplained } from './explained-line.ts'
import { showPack, showPacks } from './pack-text.ts'
import { type Reply, showReply, showStats } from './query-reply.ts'

test('columns begin below each other', () => {
  expect(columns([])).toEqual([])
  expect(
    columns(
      [
        ['a', 'bb', 'c'],
        ['aaa', 'b', ''],
      ],
      { indent: ' ' },
    ),
  ).toEqual([' a    bb  c', ' aaa  b'])
  expect([counted(1, 'rule'), counted(0, 'rule')]).toEqual(['1 rule', '0 rules'])
})

const MAPPING = new Mapping(
  readMappings([
    {
      file: 'm.yml',
      text: `
mappings:
  - { match: shop.*.orders, name: shop_orders_total, labels: { region: $1 } }
  - { match: shop.*.time, name: shop_seconds, observer_type: histogram }
  - { match: noise.*, name: x, action: drop }
`,
    },
  ]),
)

test.each([
  [
    'shop.eu.orders:3|c|@0.5',
    'series  shop_orders_total{region="eu"}|type    counter|value   adds 6|rule    m.yml: shop.*.orders',
  ],
  [
    'shop.eu.time:20|ms',
    'series  shop_seconds|type    histogram|value   observes 0.02|rule    m.yml: shop.*.time',
  ],
  ['noise.x:1|c', 'dropped  its rule says so|rule     m.yml: noise.*'],
  ['a.b:7|g', 'series  a_b|type    gauge|value   7|rule    none matches: the name is kept'],
  [
    'u:x|s',
    'series  u|type    gauge, the members of a set|value   one member|rule    none matches: the name is kept',
  ],
  ['nonsense', 'refused  malformed_line'],
  ['', 'nothing: the line holds no event that is kept'],
])('of %j people read %j', (line, want) => {
  const lines = showExplained(explainLine(MAPPING, line))
  expect(lines.map((each) => each.trim()).join('|')).toBe(want)
})

const answer = (resultType: string, result: unknown): Reply =>
  ({ status: 'success', data: { resultType, result } }) as Reply

test.each([
  [answer('vector', []), []],
  [answer('scalar', [0, '1.5']), ['1.5']],
  [answer('string', [0, 'a b']), ['a b']],
  [answer('vector', [{ metric: { __name__: 'x' }, value: [0, '3'] }]), ['x 3']],
  [answer('vector', [{ metric: {}, value: [0, '3'] }]), ['{} 3']],
  [
    answer('vector', [
      { metric: { __name__: 'x', a: 'q"' }, value: [0, '3'] },
      { metric: { b: 'long enough' }, value: [0, 'NaN'] },
    ]),
    ['x{a="q\\""}        3', '{b="long enough"} NaN'],
  ],
  [
    answer('matrix', [
      {
        metric: { __name__: 'x' },
        values: [
          [1.5, '3'],
          [2, '4'],
        ],
      },
    ]),
    ['x', '  1970-01-01T00:00:01.500Z  3', '  1970-01-01T00:00:02.000Z  4'],
  ],
  [
    answer('vector', [
      {
        metric: { __name__: 'h' },
        histogram: [
          0,
          {
            count: '5',
            sum: '18.4',
            buckets: [
              [3, '-0.5', '0.5', '2'],
              [0, '1', '2', '3'],
            ],
          },
        ],
      },
    ]),
    ['h {count:5, sum:18.4, [-0.5,0.5]:2, (1,2]:3}'],
  ],
  [
    answer('matrix', [
      {
        metric: { __name__: 'h' },
        values: [[2, '4']],
        histograms: [[1, { count: '0', sum: '0' }]],
      },
    ]),
    ['h', '  1970-01-01T00:00:01.000Z  {count:0, sum:0}', '  1970-01-01T00:00:02.000Z  4'],
  ],
  [{ status: 'success' }, []],
])('%j reads %j', (reply, want) => expect(showReply(reply)).toEqual(want))

test('what a query cost is one line', () => {
  expect(showStats({ status: 'success' })).toEqual([])
  const stats = {
    timings: { evalTotalTime: 0.0213, execQueueTime: 0.0001 },
    samples: { samplesRead: 1440, seriesRead: 6, peakBytes: 2600 },
  }
  const data = { resultType: 'vector', result: [], stats }
  expect(showStats({ status: 'success', data })).toEqual([
    '1440 samples of 6 series read, 2600 bytes held, waited 0.1 ms, evaluated in 21.3 ms',
  ])
})

test('packs are listed in columns, and one is told with stages, metrics and alerts', () => {
  const list = showPacks(PACKS)
  expect(list).toHaveLength(PACKS.length)
  expect(list[0]).toMatch(/^airflow {2}Apache Airflow +\d+ metrics, \d+ stages, \d+ alerts$/)
  const text = showPack(PACKS[0]!).join('\n')
  expect(text).toMatch(/\nStages\n {2}\w+/)
  expect(text).toMatch(/ {2}airflow_scheduler_heartbeat +counter +Beats of all schedulers/)
  expect(text).toMatch(/ {2}AirflowDagFailing +critical +DAG/)
})
