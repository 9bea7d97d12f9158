import { Labels } from '@weir/model'
import { expect, test } from 'vitest'
import { parseRuleFile } from './config.ts'
import { holdAfterStart } from './hold.ts'

const [group] = parseRuleFile({
  fileName: 'rules.yml',
  text: `groups: [{ name: g, rules: [{ alert: Lag, expr: x > 1 }, { record: a:b, expr: x }] }]`,
})

test.each([
  ['the turn of its rule', [15_000, 60_000], 'Lag', 65_000],
  ['of the slowest group with a rule of its name', [60_000, 15_000], 'Lag', 65_000],
  ['of the slowest of all when no rule has its name', [15_000, 30_000], 'Elsewhere', 35_000],
  ['of the slowest of all: a record is no rule of that name', [15_000, 30_000], 'a:b', 35_000],
])('an alert of an earlier life waits for %s', (_, intervals, alertname, wanted) => {
  const groups = intervals.map((intervalMs) => ({ intervalMs, rules: group!.rules }))
  expect(holdAfterStart(groups)({ labels: Labels.of({ alertname }) })).toBe(wanted)
})

test('a slow group of other rules keeps nobody waiting', () => {
  const hold = holdAfterStart([
    { intervalMs: 15_000, rules: group!.rules },
    { intervalMs: 3_600_000, rules: [] },
  ])
  expect(hold({ labels: Labels.of({ alertname: 'Lag' }) })).toBe(20_000)
})
