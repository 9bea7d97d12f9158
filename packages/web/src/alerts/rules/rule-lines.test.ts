import { expect, test } from 'vitest'
import type { RuleGroup } from '../../api/prometheus.ts'
import type { RuleRow } from '../../api/rules.ts'
import { additionsText, firstRules, rowsOf } from './rule-lines.ts'

const rule = (name: string): RuleGroup['rules'][number] => ({
  type: 'alerting',
  name,
  query: 'up',
  duration: 0,
  state: 'inactive',
  labels: {},
  annotations: {},
  alerts: [],
  health: 'ok',
})
const group = (name: string, names: readonly string[]): RuleGroup => ({
  name,
  file: 'f',
  interval: 15,
  evaluationTime: 0,
  lastEvaluation: '',
  rules: names.map(rule),
})
const row = (id: string, name: string, change: Partial<RuleRow> = {}): RuleRow => ({
  id,
  origin: 'file',
  file: 'f',
  group: 'g',
  interval: '',
  rule: { alert: name },
  off: null,
  replacedBy: null,
  replaces: null,
  created: null,
  changed: null,
  problem: '',
  ...change,
})

test('each rule finds its row by group and name, equal names in order, none that is off', () => {
  const groups = [group('g', ['a', 'a', 'b', 'new']), group('h', ['a'])]
  const rows = [
    row('off', 'a', { off: { author: 'x', reason: '', atMs: 0 } }),
    row('a1', 'a'),
    row('a2', 'a'),
    row('b', 'b', { replacedBy: 'c' }),
    row('h', 'a', { group: 'h' }),
  ]
  const found = rowsOf(groups, rows)
  const ids = groups.map(({ rules }) =>
    rules.map((one) => one.type === 'alerting' && found.get(one.labels)?.id),
  )
  expect(ids).toEqual([['a1', 'a2', undefined, undefined], ['h']])
})

test('the first rules are counted over groups', () => {
  const groups = [group('g', ['a', 'b']), group('h', ['c', 'd'])]
  const names = firstRules(groups, 3).map(({ rules }) => rules.map((one) => one.name))
  expect(names).toEqual([['a', 'b'], ['c']])
  expect(firstRules(groups, 2)).toHaveLength(1)
})

test('what a rule says beside its expression stands there in the words of its file', () => {
  expect(additionsText({ expr: 'up == 0', for: '5m' })).toEqual([])
  expect(
    additionsText({
      levels: { warning: '> 1', critical: { when: '> 5', reset: '< 3', for: '1m' } },
      keep_firing_for: '2m',
      no_data: 'alert',
      flapping: {},
    }),
  ).toEqual([
    'warning > 1',
    'critical > 5 (reset < 3, for 1m)',
    'keep_firing_for 2m',
    'no_data alert',
    'flapping',
  ])
})
