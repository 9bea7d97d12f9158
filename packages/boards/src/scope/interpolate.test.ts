import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { interpolate, mentionedIn } from './interpolate.ts'
import { type Scope, type ScopeVariable, fixedVariable } from './scope.ts'

const many = (...values: string[]): ScopeVariable => ({
  values,
  texts: values.map((value) => value.toUpperCase()),
  isAll: false,
  isMany: true,
})

const SCOPE: Scope = {
  variables: new Map([
    ['one', fixedVariable('a.b', 'A dot B')],
    ['odd', fixedVariable(`it's "a\\b"`)],
    ['ab', many('a.b', 'c|d')],
    ['single', many('a+b')],
    ['none', { values: [], texts: [], isAll: true, isMany: true }],
    ['all', { values: ['x', 'y'], texts: ['All'], isAll: true, allValue: '.+', isMany: true }],
    ['every', { values: ['x', 'y'], texts: ['X', 'Y'], isAll: true, isMany: true }],
    ['json', fixedVariable('{"a":{"b":7},"c":"d"}')],
    ['when', fixedVariable('1700000000000')],
  ]),
  from: Date.UTC(2026, 0, 2, 3, 4, 5),
  to: Date.UTC(2026, 0, 2, 4, 4, 5),
  range: { from: 'now-1h', to: 'now' },
  timezone: 'utc',
  dashboard: { uid: 'u1', title: 'Board' },
  step: { intervalMs: 15_000, rateIntervalMs: 60_000 },
  urlParams: [
    ['var-one', 'a.b'],
    ['orgId', '1'],
  ],
  data: {
    series: { name: 'up', labels: { job: 'x y' } },
    field: { name: 'Value', displayName: 'Up', labels: { job: 'x y' } },
    value: { raw: 1.5, text: '150%', numeric: 1.5, timeMs: 1000 },
    row: [
      { name: 'Pod name', raw: 'p-0', text: 'P 0' },
      { name: 'n', raw: 3, text: '3.0' },
    ],
  },
}

test.each([
  ['no reference at all', 'no reference at all'],
  ['$one and ${one} and [[one]]', 'a.b and a.b and a.b'],
  ['$unknown ${unknown:csv} [[unknown]] $ ${} $$', '$unknown ${unknown:csv} [[unknown]] $ ${} $$'],
  ['$ab', '{a.b,c|d}'],
  ['${ab:raw} ${ab:csv} [[ab:pipe]]', 'a.b,c|d a.b,c|d a.b|c|d'],
  ['${ab:text} ${one:text} ${one.text}', 'A.B + C|D A dot B A dot B'],
  ['${ab:regex} ${single:regex}', '(a\\.b|c\\|d) a\\+b'],
  ['${ab:json} ${one:json} ${single:json}', '["a.b","c|d"] "a.b" ["a+b"]'],
  ['${ab:queryparam} ${every:queryparam}', 'var-ab=a.b&var-ab=c%7Cd var-every=$__all'],
  ['${single:percentencode} ${ab:percentencode}', 'a%2Bb %7Ba.b%2Cc%7Cd%7D'],
  ['${ab:singlequote} ${odd:singlequote}', `'a.b','c|d' 'it\\'s "a\\b"'`],
  ['${odd:doublequote} ${odd:sqlstring}', `"it's \\"a\\b\\"" 'it''s "a\\b"'`],
  ['${ab:lucene} ${single:lucene}', '("a.b" OR "c|d") a\\+b'],
  ['${ab:distributed} ${ab:join:;} ${ab:glob}', 'a.b,ab=c|d a.b;c|d {a.b,c|d}'],
  ['${odd:html}', 'it&#39;s &quot;a\\b&quot;'],
  ['${ab:nonsense}', '{a.b,c|d}'],
  ['${when:date} ${when:date:YYYY-MM-DD}', '2023-11-14T22:13:20.000Z 2023-11-14'],
  ['$all ${all:text} $every', '.+ All {x,y}'],
  ['${json.a.b} ${json.c} ${json["c"]} ${json.nothing}|', '7 d d |'],
  ['[$__auto]', '[15s]'],
  ['$__interval $__interval_ms ${__rate_interval} $__rate_interval_ms', '15s 15000 1m 60000'],
  ['$__range $__range_s $__range_ms', '3600s 3600 3600000'],
  ['$__from ${__from:date} ${__to:date:HH:mm}', '1767323045000 2026-01-02T03:04:05.000Z 04:04'],
  ['${__from:date:seconds}', '1767323045'],
  ['${__dashboard} ${__dashboard.uid} $__timezone', 'Board u1 utc'],
  ['/d/x?${__url_time_range}', '/d/x?from=now-1h&to=now'],
  ['${__url.params} ${__url.params:exclude:orgId}', '?var-one=a.b&orgId=1 ?var-one=a.b'],
  [
    '${__series.name} ${__field.labels.job} ${__field.labels["job"]} ${__field.name}',
    'up x y x y Value',
  ],
  ['${__value.raw} ${__value.text} ${__value.numeric} ${__value.time}', '1.5 150% 1.5 1000'],
  ['${__data.fields["Pod name"]} ${__data.fields[1].numeric} ${__data.fields.n.text}', 'P 0 3 3.0'],
  ['${__cell} ${__cell_0} $__cell_1', '1.5 p-0 3'],
  ['${__field.labels.job:percentencode}', 'x%20y'],
])('in text, %j becomes %j', (text, want) => expect(interpolate(text, SCOPE)).toBe(want))

test('all variables of an address', () => {
  const variables = new Map(
    [...SCOPE.variables].filter(([name]) => ['one', 'ab', 'every'].includes(name)),
  )
  expect(interpolate('?${__all_variables}', { ...SCOPE, variables })).toBe(
    '?var-one=a.b&var-ab=a.b&var-ab=c%7Cd&var-every=$__all',
  )
})

test.each([
  ['up{a="$one"}', 'up{a="a.b"}'],
  ['up{a=~"$ab"}', 'up{a=~"(a\\\\.b|c\\\\|d)"}'],
  ['up{a=~"$single"}', 'up{a=~"a\\\\+b"}'],
  ['up{a=~`$single`}', 'up{a=~`a\\+b`}'],
  ['up{a="$odd"}', `up{a="it's \\"a\\\\b\\""}`],
  ["up{a='$odd'}", `up{a='it\\'s "a\\\\b"'}`],
  ['up{a=~"$all", b=~"$none", c=~"$every"}', 'up{a=~".+", b=~".*", c=~"(x|y)"}'],
  ['up{a=~"${one:regex}"}', 'up{a=~"a\\\\.b"}'],
  ['up{a=~"${ab:raw}"}', 'up{a=~"a.b,c|d"}'],
  ['sum by ($one) (rate(x[$__rate_interval]))', 'sum by (a.b) (rate(x[1m]))'],
  ['x # it\'s "\n + y{a="$odd"}', `x # it's "\n + y{a="it's \\"a\\\\b\\""}`],
  ['y{a="\\"$single"}', 'y{a="\\"a\\\\+b"}'],
])('in PromQL, %j becomes %j', (text, want) =>
  expect(interpolate(text, SCOPE, 'promql')).toBe(want),
)

test.each([
  ['label_values(up{a="$b", c="${d:regex}"}, [[e]])', ['b', 'd', 'e']],
  ['$a $a ${a.text}', ['a']],
  ['$__interval', ['__interval']],
])('%j mentions %j', (text, want) => expect(mentionedIn(text)).toEqual(want))

test('no text and no value makes it throw, and what is inserted is not read again', () => {
  const part = fc.constantFrom(
    '$',
    '{',
    '}',
    '[[',
    ']]',
    ':',
    '.',
    'x',
    '__field',
    'date',
    '"',
    '\\',
    '#',
    '\n',
    '\ud800',
  )
  const text = fc.array(part, { maxLength: 40 }).map((parts) => parts.join(''))
  fc.assert(
    fc.property(text, text, (template, value) => {
      const variables = new Map([['x', many(value, '$x ${x}')]])
      for (const purpose of ['text', 'promql'] as const) {
        expect(typeof interpolate(template, { ...SCOPE, variables }, purpose)).toBe('string')
      }
      expect(interpolate('${x:raw}', { ...SCOPE, variables })).toBe(`${value},$x \${x}`)
    }),
  )
})

test('a value repeated a million times does not fill the memory', () => {
  const variables = new Map([['x', fixedVariable('y'.repeat(100_000))]])
  expect(interpolate('$x '.repeat(100_000), { ...SCOPE, variables }).length).toBeLessThan(3_000_000)
})
