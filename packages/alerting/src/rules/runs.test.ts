import { expect, test } from 'vitest'
import { parseRuleFile } from './config.ts'
import { independentRuns } from './runs.ts'

function runsOf(rules: string): string[][] {
  const [group] = parseRuleFile({
    fileName: 'r.yml',
    text: `groups: [{name: g, rules: [${rules}]}]`,
  })
  return independentRuns(group!.rules, (rule) => rule).map((run) => run.map(({ name }) => name))
}

test.each([
  ['nothing to do with each other', '{record: a, expr: x}, {alert: B, expr: y > 1}', [['a', 'B']]],
  [
    'reads what was just recorded',
    '{record: a, expr: x}, {record: b, expr: sum(a)}, {record: c, expr: x}',
    [['a'], ['b', 'c']],
  ],
  ['reads it before it is recorded', '{alert: B, expr: a > 1}, {record: a, expr: x}', [['B', 'a']]],
  ['reads its own past', '{record: a, expr: a + 1}', [['a']]],
  [
    'a selector without a name reads everything',
    '{record: a, expr: x}, {record: b, expr: "count({job=\'j\'})"}',
    [['a'], ['b']],
  ],
  [
    'so does one whose name is an expression',
    '{record: a, expr: x}, {record: b, expr: "{__name__=~\'a|z\'}"}',
    [['a'], ['b']],
  ],
  ['reads alerts', '{alert: A, expr: x}, {record: b, expr: count(ALERTS)}', [['A'], ['b']]],
  [
    'a template that asks',
    '{record: a, expr: x}, {alert: B, expr: y, annotations: {s: \'{{ query "a" }}\'}}',
    [['a'], ['B']],
  ],
  [
    'inside a subquery',
    '{record: a, expr: x}, {record: b, expr: "max_over_time(a[5m:1m])"}',
    [['a'], ['b']],
  ],
])('%s', (_, rules, runs) => expect(runsOf(rules)).toEqual(runs))

test('a run has a bound', () => {
  const rules = Array.from({ length: 150 }, (_, i) => `{record: r${i}, expr: x}`).join(', ')
  expect(runsOf(rules).map(({ length }) => length)).toEqual([64, 64, 22])
})
