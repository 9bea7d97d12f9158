import { expect, test } from 'vitest'
import type { RuleGroup } from '../../../api/prometheus.ts'
import { alertRows } from './alert-rows.ts'

const alert = (severity: string, state: string, activeAt: string): object => ({
  labels: { alertname: 'x', severity },
  annotations: { summary: `it is ${severity}` },
  state,
  activeAt,
})
const rule = (name: string, alerts: readonly object[]): object => ({
  type: 'alerting',
  name,
  alerts,
})
const GROUPS = [
  {
    name: 'g',
    file: 'shop.yml',
    rules: [
      rule('Late', [
        alert('page', 'firing', '2026-01-01T00:00:00Z'),
        alert('info', 'pending', '2026-01-03T00:00:00Z'),
      ]),
      rule('Broken', [alert('page', 'firing', '2026-01-02T00:00:00Z')]),
      rule('Quiet', []),
      { type: 'recording', name: 'r' },
    ],
  },
] as unknown as readonly RuleGroup[]

test.each<[string, object, readonly string[]]>([
  ['firing first, the newest before', {}, ['Broken', 'Late', 'Late']],
  ['by name', { sortOrder: 1 }, ['Broken', 'Late', 'Late']],
  [
    'by name, backwards',
    { sortOrder: 2, stateFilter: { normal: true } },
    ['Quiet', 'Late', 'Late', 'Broken'],
  ],
  ['the oldest before', { sortOrder: 4, stateFilter: { pending: false } }, ['Late', 'Broken']],
  ['of one name', { alertName: 'brok' }, ['Broken']],
  ['of a label', { alertInstanceLabelFilter: '{severity="info"}' }, ['Late']],
  ['of some labels', { alertInstanceLabelFilter: '{severity=~"page|warn.*"}' }, ['Broken', 'Late']],
  ['not of a label', { alertInstanceLabelFilter: '{severity!="page"}' }, ['Late']],
  ['some of them', { maxItems: 1 }, ['Broken']],
  ['of no such folder', { folder: { title: 'other' } }, []],
])('%s', (_, options, want) => {
  expect(alertRows(GROUPS, options as never, (text) => text).map(({ name }) => name)).toEqual(want)
})
