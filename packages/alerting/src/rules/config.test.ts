import { WeirError } from '@weir/model'
import { expect, test } from 'vitest'
import { checkRules, parseRuleFile, parseRuleGroups } from './config.ts'

const group = (body: string): string => `groups:\n- name: g\n  rules:\n${body}`
const GOOD_RULE = '  - alert: A\n    expr: up == 0\n'

test.each([
  ['', 0],
  ['groups:', 0],
  ['groups: []', 0],
  ['groups:\n- name: g', 0],
  [group(GOOD_RULE), 1],
  [
    group('  - record: job:up:sum\n    expr: sum by (job) (up)\n    labels: {team: x, gone: ""}'),
    1,
  ],
  [
    group(
      '  - alert: A\n    expr: "1"\n    for: 0\n    keep_firing_for: 1h30m\n    labels: {n: 1, yes: yes}',
    ),
    1,
  ],
  [
    'groups:\n- name: g\n  interval: 30s\n  limit: 3\n  query_offset: 1m\n  labels: {a: b}\n  rules: []',
    0,
  ],
])('%j is a good rule file', (text, count) => {
  expect(checkRules(text, 'f.yml')).toMatchObject({ ruleCount: count, problems: [] })
})

test.each([
  ['groups: {}x', undefined],
  ['group: []', 'line 1: group: unknown key'],
  ['groups:\n- rules: []', 'line 2: groups[0].name: group name must not be empty'],
  [
    'groups:\n- name: a\n- name: a',
    'line 3: groups[1].name: group name "a" is repeated in the same file',
  ],
  ['groups:\n- name: a\n  intervall: 5s', 'line 3: groups[0].intervall: unknown key'],
  [
    'groups:\n- name: a\n  interval: 5',
    'line 3: groups[0].interval: want a duration such as 30s or 1h30m, got "5"',
  ],
  ['groups:\n- name: a\n  limit: x', 'line 3: groups[0].limit: want a whole number, got "x"'],
  ['groups:\n- name: a\n  rules: {a: b}', 'line 3: groups[0].rules: want a list'],
  [group('  - expr: up'), "line 4: groups[0].rules[0]: one of 'record' or 'alert' must be set"],
  [
    group('  - alert: A\n    record: b\n    expr: up'),
    "line 4: groups[0].rules[0]: only one of 'record' and 'alert' must be set",
  ],
  [group('  - alert: A'), "line 4: groups[0].rules[0].expr: field 'expr' must be set in rule"],
  [
    group('  - alert: A\n    expr: sum(('),
    'line 5: groups[0].rules[0].expr: could not parse expression: ',
  ],
  [
    group('  - record: a\n    expr: up\n    for: 5m'),
    "line 6: groups[0].rules[0].for: invalid field 'for' in recording rule",
  ],
  [
    group('  - record: a\n    expr: up\n    annotations: {a: b}'),
    "invalid field 'annotations' in recording rule",
  ],
  [group('  - record: a{b="c"}\n    expr: up'), 'line 4: groups[0].rules[0].record: braces'],
  [
    group('  - alert: A\n    expr: up\n    labels: {__name__: x}'),
    'line 6: groups[0].rules[0].labels.__name__: invalid label name: "__name__"',
  ],
  [
    group('  - alert: A\n    expr: up\n    annotations:\n      s: "{{ nope }}"'),
    'line 7: groups[0].rules[0].annotations.s: template: __alert_A:1: function "nope" not defined',
  ],
  ['groups:\n- name: a\n  name: b', 'line 3'],
  ['groups: [', 'line 1'],
])('%j is refused and told where', (text, want) => {
  expect(() => parseRuleFile({ fileName: 'f.yml', text })).toThrow(WeirError)
  if (want !== undefined) {
    expect(() => parseRuleFile({ fileName: 'f.yml', text })).toThrow(want)
  }
})

test('every problem of a file is told, not only the first', () => {
  const { problems } = checkRules(group('  - expr: up\n  - alert: A\n    expr: (('), 'f.yml')
  expect(problems.map((problem) => problem.split(':')[0])).toEqual(['line 4', 'line 6'])
})

test('the same rule twice is a lint', () => {
  expect(checkRules(group(GOOD_RULE + GOOD_RULE), 'f.yml').lints).toEqual([
    'rule A{} is there more than once',
  ])
})

test('groups come as objects too, with numbers and lists as JSON has them', () => {
  const [parsed] = parseRuleGroups([
    {
      name: 'airflow',
      file: 'pack:airflow',
      interval: '15s',
      limit: 7,
      labels: { system: 'airflow' },
      rules: [{ alert: 'A', expr: 'up', for: '1m', labels: { severity: 'critical' } }],
    },
  ])
  expect(parsed).toMatchObject({ file: 'pack:airflow', intervalMs: 15_000, limit: 7 })
  expect([...(parsed!.rules[0]!.labels as ReadonlyMap<string, unknown>).keys()]).toEqual([
    'system',
    'severity',
  ])
  expect(() => parseRuleGroups([{ name: '', rules: [] }])).toThrow('Cannot read rules "built-in"')
})

test.each([
  ['    no_data: hold', 'line 6: groups[0].rules[0].no_data: want keep, alert or resolve'],
  ['    no_data_for: long', 'line 6: groups[0].rules[0].no_data_for: want a duration such as'],
  [
    '    levels: {}',
    'line 6: groups[0].rules[0].levels: want at least one of info, warning, critical',
  ],
  ['    levels: {fatal: "> 1"}', 'line 6: groups[0].rules[0].levels.fatal: unknown key'],
  ['    levels: {info: [1]}', 'line 6: groups[0].rules[0].levels.info: want a condition such as'],
  ['    levels: {info: {reset: "< 1"}}', "levels.info.when: want a condition such as '> 100'"],
  ['    levels: {info: "> "}', 'levels.info.when: could not parse condition: '],
  [
    '    levels:\n      info: "> 1"\n    labels: {severity: x}',
    'levels set the label severity: take it out',
  ],
  [
    '    levels: {info: "> 1"}\n    reset: "< 1"',
    'line 7: groups[0].rules[0].reset: want a reset for each level',
  ],
  ['    reset: sum((', 'line 6: groups[0].rules[0].reset: could not parse condition: '],
  [
    '    flapping: {high: 2}',
    'line 6: groups[0].rules[0].flapping.high: want a share between 0 and 1',
  ],
  ['    flapping: {low: 0.9}', 'line 6: groups[0].rules[0].flapping: want low not above high'],
  [
    '    flapping: {states: 2}',
    'line 6: groups[0].rules[0].flapping.states: want 3 to 1000 states',
  ],
  [
    '    deadman: {of: up, silent: 1m}',
    'line 6: groups[0].rules[0].deadman: want either expr or deadman',
  ],
])('an alerting rule with %j: %s', (lines, want) => {
  const { problems } = checkRules(group(`${GOOD_RULE}${lines}\n`), 'f.yml')
  expect(problems[0]).toContain(want)
})

test('a comparison alone needs something to compare', () => {
  const rule = group('  - {alert: A, expr: a > b, reset: "< 5"}')
  expect(checkRules(rule, 'f.yml').problems[0]).toContain('want a whole expression')
})

test.each([
  ['{}', 'want of: a selector of what should keep coming'],
  ['{of: up}', 'want either silent or still'],
  ['{of: up, silent: 1m, still: 1m}', 'want either silent or still'],
  ['{of: "up{", silent: 1m}', ''],
  ['{of: up, silent: 2d}', 'want remember longer than 2d'],
])('deadman %s: %s', (deadman, want) => {
  const { problems } = checkRules(group(`  - {alert: A, deadman: ${deadman}}`), 'f.yml')
  expect(problems).toHaveLength(1)
  expect(problems[0]).toContain(want)
})

test("what a file or a group says of missing data holds for its rules, but not for a dead man's", () => {
  const [outer] = parseRuleFile({
    fileName: 'f.yml',
    text: `no_data: alert
no_data_for: 1h
groups:
- name: g
  no_data: keep
  rules:
  - {alert: A, expr: up}
  - {alert: B, expr: up, no_data: resolve, no_data_for: 5m}
  - {alert: C, deadman: {of: up, silent: 1m}}
`,
  })
  expect(
    outer?.rules.map((rule) => rule.kind === 'alerting' && [rule.noData, rule.noDataForMs]),
  ).toEqual([
    ['keep', 3_600_000],
    ['resolve', 300_000],
    ['resolve', undefined],
  ])
})

test('for Prometheus, keys that only Weir knows are problems, each with its line', () => {
  const text = `no_data: keep
groups:
- name: g
  no_data_for: 1h
  rules:
  - alert: A
    expr: up > 1
    reset: '< 1'
    flapping: {}
  - record: r
    expr: up
`
  expect(checkRules(text, 'f.yml').problems).toEqual([])
  expect(checkRules(text, 'f.yml', { forPrometheus: true }).problems).toEqual([
    'line 1: no_data: Prometheus does not know this key',
    'line 4: groups[0].no_data_for: Prometheus does not know this key',
    'line 8: groups[0].rules[0].reset: Prometheus does not know this key',
    'line 9: groups[0].rules[0].flapping: Prometheus does not know this key',
  ])
  expect(checkRules(group(GOOD_RULE), 'f.yml', { forPrometheus: true }).problems).toEqual([])
})
