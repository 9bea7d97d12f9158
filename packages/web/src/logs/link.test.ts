import { expect, test } from 'vitest'
import { around, commonLabels, logsOf } from './link.ts'

test.each([
  [
    { system: 'airflow', pipeline: 'a"b', stage: 'task', severity: 'x' },
    '{system="airflow", pipeline="a\\"b", stage="task"}',
  ],
  [{ pipeline: 'orders', stage: '' }, '{pipeline="orders"}'],
  [{ system: 'custom', pipeline: 'orders', stage: 'sink' }, '{pipeline="orders", stage="sink"}'],
  [{ system: 'custom' }, undefined],
  [{ instance: 'host-1' }, undefined], // no word that logs have too
])('the lines of %j are those of %s', (labels, query) => {
  expect(logsOf(labels, { from: 'now-1h', to: 'now' })?.query).toBe(query)
})

test('around a moment more is seen of what came before', () => {
  expect(around(3_600_000, undefined)).toEqual({ from: '2700000', to: '4200000' })
  expect(around(3_600_000, 7_200_000)).toEqual({ from: '2700000', to: '7800000' })
})

test('labels that all series share', () => {
  const a = { pipeline: 'orders', stage: 'sink' }
  expect(commonLabels([a, { pipeline: 'orders', stage: 'source' }])).toEqual({ pipeline: 'orders' })
  expect(commonLabels([a])).toEqual(a)
  expect(commonLabels([])).toEqual({})
})
