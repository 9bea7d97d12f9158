import { expect, test } from 'vitest'
import { type PaletteItem, rankItems } from './rank.ts'

const item = (title: string, group = 'Pages', more = ''): PaletteItem => ({
  id: title,
  group,
  title,
  more,
  run: () => undefined,
})

const ITEMS = [
  item('Overview'),
  item('orders_daily', 'Pipelines', 'airflow'),
  item('reorders', 'Pipelines', 'custom'),
  item('team orders', 'Pipelines', 'custom'),
  item('Airflow', 'Dashboards'),
  item('Light or dark', 'Deeds'),
]

test.each([
  ['orders', ['orders_daily', 'team orders', 'reorders']],
  ['air', ['Airflow', 'orders_daily']],
  ['airflow ord', ['orders_daily']],
  ['dashboards', ['Airflow']],
  ['ovw', ['Overview']],
  ['zz', []],
])('%s finds %j', (query, want) => {
  expect(rankItems(ITEMS, query).map(({ title }) => title)).toEqual(want)
})

test('without a word all are there as they came', () => {
  expect(rankItems(ITEMS, '  ')).toEqual(ITEMS)
})
