import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { readDashboards } from '../read/read-dashboards.ts'
import { boardJson } from '../testing/board.ts'
import { influxMatchers } from './conditions.ts'
import { influxToPromql } from './influx-to-promql.ts'
import { PLAIN_NAMES } from './names.ts'

const text = (query: string) => ({ rawQuery: true, query })

test.each([
  [
    'SELECT mean("usage_idle") FROM "cpu" WHERE $timeFilter GROUP BY time($__interval), "host" fill(null)',
    'avg by (host) (avg_over_time(cpu_usage_idle[$__rate_interval]))',
  ],
  ['select last(value) from load', 'max (load_value)'],
  [
    'SELECT "p50" FROM "m" WHERE ("job" =~ /^$Jobs$/) AND $timeFilter',
    'max (m_p50{job=~"${Jobs:regex}"})',
  ],
  [
    'SELECT max("v") FROM "rp"."m" WHERE time > now() - 1h AND "a" = \'x y\' GROUP BY time(1m)',
    'max (max_over_time(m_v{a="x y"}[$__interval]))',
  ],
  [
    'SELECT min("v") FROM m WHERE a != \'b\' and c !~ /d/',
    'min (min_over_time(m_v{a!="b",c!~".*d.*"}[$__rate_interval]))',
  ],
  [
    'SELECT sum("n") FROM "orders" GROUP BY time(1m) fill(0)',
    'sum (sum_over_time(orders_n[$__interval])) or vector(0)',
  ],
  [
    'SELECT count("n") FROM "orders" GROUP BY time(1m), *',
    'sum without () (count_over_time(orders_n[$__interval]))',
  ],
  [
    'SELECT non_negative_derivative(mean("n"), 1m) FROM "o" GROUP BY time(1m)',
    'sum (rate(o_n[$__interval])) * 60',
  ],
  ['SELECT non_negative_derivative("n") FROM "o"', 'sum (rate(o_n[$__rate_interval]))'],
  [
    'SELECT non_negative_difference(max("n")) FROM "o" GROUP BY time(5m), "a.b"',
    'sum by (a_b) (increase(o_n[$__interval]))',
  ],
  ['SELECT difference(mean("n")) FROM "o"', 'sum (delta(o_n[$__rate_interval]))'],
  ['SELECT derivative(mean("n"), 10s) FROM "o"', 'sum (deriv(o_n[$__rate_interval])) * 10'],
  ['SELECT percentile("n", 95) FROM "o" GROUP BY host::tag', 'quantile by (host) (0.95, o_n)'],
  ['SELECT mean("n") * 100 AS "x" FROM "o"', 'avg (avg_over_time(o_n[$__rate_interval])) * 100'],
  [
    'SELECT spread("n") FROM "o"',
    'max (max_over_time(o_n[$__rate_interval])) - min (min_over_time(o_n[$__rate_interval]))',
  ],
  [
    'SELECT mean("n") FROM "o" WHERE ("h" = \'a.b\' OR "h" = \'c\')',
    'avg (avg_over_time(o_n{h=~"a\\\\.b|c"}[$__rate_interval]))',
  ],
  [
    'SELECT sum("rate") FROM "taskmanager_x" GROUP BY time(1s)',
    'sum (avg_over_time(taskmanager_x_rate[$__rate_interval])) or sum (avg_over_time(flink_taskmanager_x[$__rate_interval]))',
  ],
  [
    'SELECT mean("p99") FROM "taskmanager_x"',
    'avg (avg_over_time(taskmanager_x_p99[$__rate_interval])) or avg (avg_over_time(flink_taskmanager_x{quantile="0.99"}[$__rate_interval]))',
  ],
  [
    'SELECT DISTINCT("udf") as "UDF Name" from (select "udf","value" from "m" WHERE $timeFilter AND  "job" =~ /^$Jobs$/)',
    'group by (udf) (m_value{job=~"${Jobs:regex}"})',
  ],
])('%s', (query, want) => {
  const found = influxToPromql(text(query))
  expect(typeof found === 'string' ? found : found.expr).toBe(want)
})

test.each([
  ['SHOW DATABASES', 'is no SELECT'],
  ['SELECT mean("a"), max("b") FROM "m"', 'selects several columns'],
  ['SELECT mean("a") FROM /cpu.*/', 'selects measurements by a pattern'],
  [
    'SELECT holt_winters(mean("a"), 1, 2) FROM "m"',
    'uses holt_winters of mean, which PromQL has no like of',
  ],
  ['SELECT mean("a") / mean("b") FROM "m"', 'has the column mean("a") / mean("b")'],
  [
    'SELECT mean("a") FROM "m" WHERE "h" = \'a\' OR "g" = \'b\'',
    'has the condition "h" = \'a\' OR "g" = \'b\'',
  ],
  ['SELECT mean("a")', 'has no FROM'],
])('%s is not translated: it %s', (query, why) => expect(influxToPromql(text(query))).toBe(why))

test('parts of a builder, names of legends and widths of buckets', () => {
  const target = {
    measurement: 'taskmanager_job_task_operator_numLateRecordsDropped',
    select: [
      [
        { type: 'field', params: ['count'] },
        { type: 'max', params: [] },
        { type: 'non_negative_difference', params: [] },
      ],
    ],
    groupBy: [
      { type: 'time', params: ['5m'] },
      { type: 'tag', params: ['subtask_index'] },
      { type: 'fill', params: ['none'] },
    ],
    tags: [
      { key: 'job_name', operator: '=~', value: '/^$Jobs$/' },
      { condition: 'AND', key: 'host', operator: '=', value: "o'k" },
    ],
    alias: 'Task $tag_subtask_index, [[tag_fatal.exception]] of $m: $col, $other',
  }
  expect(influxToPromql(target)).toEqual({
    expr:
      'sum by (subtask_index) (increase(taskmanager_job_task_operator_numLateRecordsDropped_count{job_name=~"${Jobs:regex}",host="o\'k"}[$__interval]))' +
      ' or sum by (subtask_index) (increase(flink_taskmanager_job_task_operator_numLateRecordsDropped{job_name=~"${Jobs:regex}",host="o\'k"}[$__interval]))',
    legendFormat:
      'Task {{subtask_index}}, {{fatal_exception}} of taskmanager_job_task_operator_numLateRecordsDropped: non_negative_difference, $other',
    interval: '5m',
    format: 'time_series',
    instant: false,
  })
})

test('Flink’s reporter for Prometheus never tells the count of a meter', () => {
  const names = (measurement: string, of: string) =>
    PLAIN_NAMES.field(measurement, of).map(({ metric }) => metric)
  expect(names('taskmanager_longbow_writer_timeouts', 'count')).toEqual([
    'taskmanager_longbow_writer_timeouts_count',
  ])
  expect(names('taskmanager_fatal', 'count')).toEqual([
    'taskmanager_fatal_count',
    'flink_taskmanager_fatal',
  ])
  expect(names('cpu', 'p50')).toEqual(['cpu_p50'])
  expect(names('my cpu', '1-x')).toEqual(['my_cpu_1_x'])
})

test('each query of Dagger’s board is asked in PromQL', () => {
  const { dashboard, notes } = readDashboards(boardJson('dagger-timeboard.json')).dashboards[0]!
  const targets = dashboard.panels.flatMap((panel) =>
    panel.targets.map((target) => ({ panel, target })),
  )
  const empty = targets.filter(({ target }) => target.expr === '' && target.hide !== true)
  expect(targets).toHaveLength(131)
  expect(empty.map(({ panel }) => panel.id)).toEqual([])
  expect(notes.filter(({ kind }) => kind === 'broken')).toEqual([])
  expect(notes.filter(({ text: said }) => said === 'Its InfluxQL became PromQL')).toHaveLength(93)
  const udfs = dashboard.panels.find(({ id }) => id === 56)!
  expect(udfs.transformations).toEqual([
    {
      id: 'organize',
      options: { excludeByName: { Time: true, Value: true }, renameByName: { udf: 'UDF Name' } },
    },
  ])
  const sink = dashboard.panels.find(({ id }) => id === 73)!
  expect(sink.options['reduceOptions']).toMatchObject({ fields: '/^sink_type$/' })
})

test('no text makes it throw, or slow', () => {
  const word = fc.constantFrom(
    'SELECT ',
    'FROM ',
    'WHERE ',
    'GROUP BY ',
    'mean(',
    ')',
    '"a"',
    "'b",
    '/^$x$/',
    ' AND ',
    ' OR ',
    '=~',
    ',',
    'fill(0)',
    'time(1m)',
    '(',
    ' ',
  )
  fc.assert(
    fc.property(fc.array(word, { maxLength: 40 }), (words) => {
      const found = influxToPromql(text(`SELECT ${words.join('')}`))
      expect(['string', 'object']).toContain(typeof found)
      influxMatchers(words.join(''), PLAIN_NAMES)
    }),
  )
  const before = process.cpuUsage()
  for (const part of ['(', '"', 'a(', ' and', 'select x from (', ',', ' as x', "'", '/']) {
    influxToPromql(text(`SELECT ${part.repeat(9000 / part.length)}`))
    influxMatchers(part.repeat(9000 / part.length), PLAIN_NAMES)
  }
  expect(process.cpuUsage(before).user / 1e6).toBeLessThan(3)
})
