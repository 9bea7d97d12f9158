import { WeirError } from '@weir/model'
import { describe, expect, test } from 'vitest'
import { PLAIN_MEANING } from '@weir/wire'
import { explainLine } from './explain.ts'
import { readMappings } from './mapping-file.ts'
import { Mapping } from './mapping.ts'
import { Stand } from './test-stand.ts'

function mapping(...texts: readonly string[]): Mapping {
  return new Mapping(readMappings(texts.map((text, i) => ({ file: `${i}.yml`, text }))))
}

/** Rules in short, `match => name label=value …`, as YAML. */
function rules(...short: readonly string[]): string {
  const list = short.map((rule) => {
    const [match, name, ...labels] = rule.split(/ => | /)
    const pairs = labels.map((pair) => pair.split('='))
    return { match, name, labels: Object.fromEntries(pairs) as Record<string, string> }
  })
  return JSON.stringify({ mappings: list })
}

function shown(
  of: Mapping,
  name: string,
  type: 'counter' | 'gauge' | 'observer' = 'counter',
): string {
  const { action, name: to, labels } = of.map(name, type)
  const pairs = labels.map((part, i) => (i % 2 === 0 ? ` ${part}=` : part)).join('')
  return action === 'map' ? to + pairs : `${action} ${to}`
}

describe('globs', () => {
  test.each([
    [['a.*.c => x mid=$1'], 'a.b.c', 'x mid=b'],
    [['a.*.c => x mid=$1'], 'a..c', 'x mid='], // `*` matches an empty part
    [['a.*.c => x mid=$1'], 'a.b.b.c', 'unmapped a_b_b_c'],
    [['a.* => x', 'a.b => y'], 'a.b', 'x'], // the first in the file
    [['a.b.c => long', 'a.b => short'], 'a.b', 'short'], // the original never matches it
    [['a.*.c => long', 'a.* => short'], 'a.b', 'short'],
    [['a.* => first', '*.b => second', 'a.* => third'], 'a.b', 'first'], // nor this
    [['*.* => x ab=$1-$2'], 'p.q', 'x ab=p-q'],
    [['*.* => x ab=${1}_$2'], 'p.q', 'x ab=p_q'],
    [['*.* => x ab=$1_host'], 'p.q', 'x ab='], // a capture called "1_host"
    [['*.* => x ab=$1$2'], 'p.q', 'x ab='],
    [['*.* => x ab=${1}%'], 'p.q', 'x ab=p%'], // garbled by the original
    [['*.* => x ab=$0$3$$'], 'p.q', 'x ab='],
    [['*.* => ${2}_$1'], 'p-1.q', 'q_p_1'],
    [['* => $1'], '5xx', '_5xx'],
  ])('%j maps %s to %s', (list, name, want) => {
    expect(shown(mapping(rules(...list)), name)).toBe(want)
  })

  test('with ordering off a literal beats *, from left to right', () => {
    const text = JSON.stringify({
      defaults: { glob_disable_ordering: true },
      ...(JSON.parse(rules('*.* => both', '*.b => right', 'a.* => left')) as object),
    })
    const of = mapping(text)
    expect(['a.b', 'x.b', 'x.y', 'a.y'].map((name) => shown(of, name))).toEqual([
      'left',
      'right',
      'both',
      'left',
    ])
  })
})

describe('regexes', () => {
  const regex = (match: string, name: string, value = ''): Mapping =>
    mapping(
      JSON.stringify({ mappings: [{ match, match_type: 'regex', name, labels: { to: value } }] }),
    )

  test.each([
    ['foo', 'x', '', 'xfoox', 'x to='], // a search, not anchored
    ['^foo$', 'x', '', 'xfoox', 'unmapped xfoox'],
    ['a\\.(.*)', 'x', '$1', 'a.b.c', 'x to=b.c'],
    ['(a)(b)', 'x', '$1_x', 'ab', 'x to='], // a group called "1_x"
    ['(a)(b)', 'x', '${1}_x', 'ab', 'x to=a_x'],
    ['(a)(b)', 'x', '$2$1$0$9', 'ab', 'x to=baab'],
    ['(?P<who>a+)', 'x', '$who', 'baab', 'x to=aa'],
    ['a', 'x', '$$', 'a', 'x to=$'],
    ['(?i)FOO', 'x', '', 'foo', 'x to='],
    ['fo*b', 'x', '', 'fb', 'x to='], // the o is optional, so it is no literal to look for
    ['foo?b', 'x', '', 'fob', 'x to='],
    ['ab|cd', 'x', '', 'xcd', 'x to='],
    ['.', 'x', '', 'q', 'x to='],
    ['(.+)', '$1', '', 'a-b', 'a_b to='],
  ])('%s', (match, name, value, sent, want) => {
    expect(shown(regex(match, name, value), sent)).toBe(want)
  })

  test('globs come first wherever they stand', () => {
    const text = `mappings:
- {match: '.*', match_type: regex, name: regex}
- {match: a.b, name: glob}`
    expect(shown(mapping(text), 'a.b')).toBe('glob')
  })
})

test('a rule for one type leaves the others to later rules', () => {
  const of = mapping(`mappings:
- {match: a, name: counted, match_metric_type: counter}
- {match: a, name: timed, match_metric_type: timer}
- {match: a, name: rest}`)
  expect((['counter', 'observer', 'gauge'] as const).map((type) => shown(of, 'a', type))).toEqual([
    'counted',
    'timed',
    'rest',
  ])
})

test('of several sources the first that matches decides, whatever the kind of rule', () => {
  const user = "mappings: [{match: 'a\\..*', match_type: regex, name: user}]"
  const of = mapping(user, rules('a.b => pack', 'c.d => pack'))
  expect(['a.b', 'c.d', 'e'].map((name) => shown(of, name))).toEqual(['user', 'pack', 'unmapped e'])
})

test('a source may be an object', () => {
  const of = new Mapping(
    readMappings([{ file: 'pack airflow', mapping: { mappings: [{ match: 'a', name: 'b' }] } }]),
  )
  expect(of.map('a', 'gauge')).toMatchObject({ name: 'b', rule: 'pack airflow: a' })
})

test.each([
  ['', 'a:1|c|#key:tag', ['x{key="rule"} 1']],
  ['honor_labels: true', 'a:1|c|#key:tag', ['x{key="tag"} 1']],
  ['honor_labels: true', 'a:1|c', ['x{key="rule"} 1']],
  ['scale: 0.5', 'a:8|c', ['x{key="rule"} 4']],
  ['scale: 0', 'a:8|g', ['x{key="rule"} 0']],
  ['action: drop', 'a:8|g', []],
  [
    'observer_type: histogram, histogram_options: {buckets: [2]}',
    'a:1|h',
    [
      'x_bucket{key="rule",le="2"} 1',
      'x_bucket{key="rule",le="+Inf"} 1',
      'x_sum{key="rule"} 1',
      'x_count{key="rule"} 1',
    ],
  ],
  [
    'timer_type: histogram, buckets: [2]',
    'a:1|h',
    [
      'x_bucket{key="rule",le="2"} 1',
      'x_bucket{key="rule",le="+Inf"} 1',
      'x_sum{key="rule"} 1',
      'x_count{key="rule"} 1',
    ],
  ],
  [
    'summary_options: {quantiles: [{quantile: 0.5, error: 0.1}]}',
    'a:1|h',
    ['x{key="rule",quantile="0.5"} 1', 'x_sum{key="rule"} 1', 'x_count{key="rule"} 1'],
  ],
])('a rule with %j and %s', (more, line, want) => {
  const text = `mappings: [{match: a, name: x, labels: {key: rule}${more === '' ? '' : `, ${more}`}}]`
  expect(new Stand(text).send(line).page()).toEqual(want)
})

describe('mistakes are told with file, line, key and what was wanted', () => {
  test.each([
    ['mappings:\n- match: a b\n  name: x', '0.yml:2: mappings[0].match: want dotted parts'],
    [
      'mappings:\n- match: a\n  name: x\n  labesl: {}',
      '0.yml:4: mappings[0].labesl: there is no such key',
    ],
    ['mappings:\n- match: a', '0.yml:2: mappings[0].name'],
    ['mappings:\n- match: a\n  name: a.b', 'want a metric name'],
    ['mappings:\n- match: a\n  name: x\n  labels: {a: b}', 'want a label name of two or more'],
    ['mappings:\n- match: a\n  name: x\n  labels: {__x: b}', 'reserved'],
    [
      "mappings:\n- match: '('\n  match_type: regex\n  name: x",
      '0.yml:2: mappings[0].match: want an RE2 pattern',
    ],
    ["mappings:\n- match: '(?=a)'\n  match_type: regex\n  name: x", 'want an RE2 pattern'],
    ['mappings:\n- match: a\n  name: x\n  ttl: 3d', 'want a duration'],
    ['mappings:\n- match: a\n  name: x\n  scale: "2"', 'mappings[0].scale'],
    [
      'mappings:\n- match: a\n  name: x\n  observer_type: histogram\n  summary_options: {}',
      'want histogram_options',
    ],
    [
      'defaults: {observer_type: summary}\nmappings:\n- match: a\n  name: x\n  histogram_options: {}',
      'want summary_options',
    ],
    ['defaults: {histogram_options: {buckets: [2, 1]}}', 'ascending'],
    ['defaults: {summary_options: {quantiles: [{quantile: 2, error: 0.1}]}}', 'quantile'],
    ['defaults: {summary_options: {max_age: -1s}}', 'not negative'],
    ['mappings: [}', '0.yml:1'],
  ])('%j', (text, want) => {
    expect(() => mapping(text)).toThrow(WeirError)
    expect(() => mapping(text)).toThrow(want)
  })

  test.each(['', '# nothing', 'mappings:', 'defaults: {}'])(
    '%j is a mapping without rules',
    (text) => {
      expect(mapping(text).ruleCount).toBe(0)
    },
  )
})

test.each([
  ['1m20s', 80_000],
  ['1.5h', 5_400_000],
  ['1000000', 1], // a bare number is nanoseconds
  ['0', 0],
])('ttl: %s is %d ms', (text, want) => {
  expect(mapping(`mappings: [{match: a, name: x, ttl: ${text}}]`).map('a', 'gauge').ttlMs).toBe(
    want,
  )
})

test('explainLine tells what a line becomes and by which rule', () => {
  const of = mapping(rules('a.* => x part=$1'), 'mappings: [{match: d, name: d, action: drop}]')
  const options = { ...PLAIN_MEANING, dogstatsdTags: true, maxLineBytes: 65_536 }
  const explained = (line: string): unknown[] =>
    explainLine(of, line, options).map((event) =>
      event.kind === 'series'
        ? `${event.labels.toString()} ${event.series} ${event.value} ${event.rule}`
        : event,
    )
  expect(explained('a.b:320|ms')).toEqual(['x{part="b"} summary 0.32 0.yml:1: a.*'])
  expect(explained('q:3|c|@0.5:x|zz')).toEqual([
    { kind: 'refused', reason: 'illegal_event' },
    'q counter 6 ',
  ])
  expect(explained('d:1|c')).toEqual([{ kind: 'dropped', rule: '1.yml:1: d' }])
  expect(explained('q')).toEqual([{ kind: 'refused', reason: 'malformed_line' }])
  expect(explained(',a=b:1|c')).toEqual([{ kind: 'refused', reason: 'empty_metric_name' }])
  expect(explained('q:x|s')).toEqual(['q set null '])
})
