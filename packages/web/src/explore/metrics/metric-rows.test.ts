import { expect, test } from 'vitest'
import { metricRows, searchMetrics, usualQuery } from './metric-rows.ts'

const PACKS = [
  {
    id: 'airflow',
    metrics: [
      {
        name: 'airflow_task_duration',
        type: 'histogram',
        unit: 's',
        labels: [],
        help: 'How long tasks take.',
        normal: 'Minutes.',
      },
    ],
  },
] as const

const rows = metricRows(
  ['airflow_task_duration_bucket', 'airflow_task_duration_count', 'up', 'shop_orders_total'],
  { shop_orders_total: [{ type: 'counter', help: 'Orders.', unit: '' }] },
  PACKS,
)

test('a part of a histogram is known by the whole', () => {
  expect(rows[0]).toEqual({
    name: 'airflow_task_duration_bucket',
    type: 'histogram',
    unit: 's',
    help: 'How long tasks take.',
    normal: 'Minutes.',
    pack: 'airflow',
  })
  expect(rows[1]?.type).toBe('counter')
})

test('what nobody explains is there too', () => {
  expect(rows[2]).toEqual({ name: 'up', type: '', unit: '', help: '', normal: '', pack: '' })
})

test.each([
  ['orders', ['shop_orders_total']],
  ['TASK count', ['airflow_task_duration_count']],
  ['long', ['airflow_task_duration_bucket', 'airflow_task_duration_count']],
  ['nothing such', []],
  ['', rows.map(({ name }) => name)],
])('searching %s', (query, want) => {
  expect(searchMetrics(rows, query).map(({ name }) => name)).toEqual(want)
})

test.each([
  ['up', '', 'up'],
  ['a_total', '', 'sum(rate(a_total[5m]))'],
  ['a', 'counter', 'sum(rate(a[5m]))'],
  ['a_bucket', 'histogram', 'histogram_quantile(0.95, sum by (le) (rate(a_bucket[5m])))'],
  ['a', 'histogram', 'histogram_quantile(0.95, sum(rate(a[5m])))'],
  ['a', 'gauge', 'a'],
])('the usual question about %s (%s)', (name, type, want) => {
  expect(usualQuery({ name, type })).toBe(want)
})
