import { parser as editorParser } from '@prometheus-io/lezer-promql'
import { WeirError } from '@weir/model'
import { expect, test } from 'vitest'
import { exprType } from '../check.ts'
import { formatExpr } from '../format.ts'
import { Random } from '../testing/random.ts'
import { RandomQuery } from '../testing/random-query.ts'
import { formatDuration, parseDuration } from './duration.ts'
import { QUERY_LENGTH_MAX, parseExpr, parseSelector, selectorsOf } from './parse.ts'
import { NESTING_MAX } from './nesting.ts'

const FEATURES = new Set(['promql-experimental-functions'])

function messageOf(text: string): string {
  try {
    parseExpr(text)
  } catch (error) {
    if (error instanceof WeirError) return error.message
    throw error
  }
  return ''
}

test.each([
  ['', 'unknown position: parse error: no expression found in input'],
  ['sum(', '1:5: parse error: unclosed left parenthesis'],
  ['foo{}[5m', '1:9: parse error: unclosed left bracket'],
  ['up{', '1:4: parse error: unexpected end of input inside braces'],
  [
    'rate(foo)',
    '1:6: parse error: expected type range vector in call to function "rate", got instant vector',
  ],
  [
    'sum(1)',
    '1:5: parse error: expected type instant vector in aggregation expression, got scalar',
  ],
  ['time(1)', '1:1: parse error: expected 0 argument(s) in call to "time", got 1'],
  [
    'label_join(foo)',
    '1:1: parse error: expected at least 3 argument(s) in call to "label_join", got 1',
  ],
  ['round(a, 1, 2)', '1:1: parse error: expected at most 2 argument(s) in call to "round", got 3'],
  ['bogus(1)', '1:1: parse error: unknown function with name "bogus"'],
  ['abs(foo,)', '1:8: parse error: trailing commas not allowed in function call args'],
  ['1 == 1', '1:3: parse error: comparisons between scalars must use BOOL modifier'],
  ['foo bool + 1', '1:5: parse error: unexpected <bool>'],
  ['foo and 1', '1:1: parse error: set operator "and" not allowed in binary scalar expression'],
  [
    'foo[5m] + 1',
    '1:1: parse error: binary expression must contain only scalar and instant vector types',
  ],
  ['a unless on() group_left b', '1:1: parse error: no grouping allowed for "unless" operation'],
  [
    'a + on(x) group_left(x) b',
    '1:3: parse error: label "x" must not occur in ON and GROUP clause at once',
  ],
  ['rate(foo[5m])[5m]', '1:14: parse error: ranges only allowed for vector selectors'],
  [
    '-foo[5m]',
    '1:1: parse error: unary expression only allowed on expressions of type scalar or instant vector, got "range vector"',
  ],
  ['foo[0s]', '1:5: parse error: duration must be greater than 0'],
  ['foo[1h:1m:1m]', `1:10: parse error: unexpected colon ':'`],
  ['foo{a="\\z"}', `1:7: parse error: unknown escape sequence U+007A 'z'`],
  [
    'foo{a=~"(?=x)"}',
    '1:5: parse error: error parsing regexp: invalid or unsupported Perl syntax: `(?=`',
  ],
  ['on{}', '1:1: parse error: unexpected <on>'],
  ['foo offset 1m offset 2m', '1:1: parse error: offset may not be set multiple times'],
  [
    '1 offset 1m',
    '1:1: parse error: offset modifier must be preceded by an instant vector selector or range vector selector or a subquery',
  ],
  ['foo{__name__="bar"}', '1:1: parse error: metric name must not be set twice: "foo" or "bar"'],
  ['mad_over_time(x[5m])', '1:1: parse error: function "mad_over_time" is not enabled'],
  [
    '1e400',
    '1:1: parse error: error parsing number: strconv.ParseFloat: parsing "1e400": value out of range',
  ],
  [
    '"ö" + \n  rate(a)',
    '2:8: parse error: expected type range vector in call to function "rate", got instant vector',
  ],
])('%j is refused in the words of Prometheus', (text, message) => {
  expect(messageOf(text)).toBe(message)
})

test.each([
  ['-1 ^ 2', '-1 ^ 2'],
  ['a + b * c', 'a + b * c'],
  ['1 + a offset 5m', '1 + a offset 5m'],
  ['SUM(a) BY (b)', 'sum by (b) (a)'],
  [
    'sum without (x) (rate(a{b=~"c.*"}[5m] offset -1h))',
    'sum without (x) (rate(a{b=~"c.*"}[5m] offset -1h))',
  ],
  ['{"a.b", "c d"="e"}', '{"c d"="e",__name__="a.b"}'],
  ["{__name__=~'x'}", '{__name__=~"x"}'],
  ['a == bool on (x) group_left (y) b', 'a == bool on (x) group_left (y) b'],
  ['max_over_time(a[1h:5m] @ end())', 'max_over_time(a[1h:5m] @ end())'],
  ['0x1F + 1_000 + 5m', '31 + 1000 + 5m'],
  ['topk(3, sum)', 'topk(3, sum)'],
  ['a # comment\n + by', 'a + by'],
])('%j is read as %j', (text, formatted) => {
  expect(formatExpr(parseExpr(text))).toBe(formatted)
})

test('what the formatter writes reads back as the same text, and the page’s editor takes it too', () => {
  const queries = new RandomQuery(new Random(7))
  for (let i = 0; i < 500; i++) {
    const query = queries.any()
    let text: string
    try {
      text = formatExpr(parseExpr(query, FEATURES))
    } catch (error) {
      if (error instanceof WeirError) continue
      throw error
    }
    expect(formatExpr(parseExpr(text, FEATURES))).toBe(text)
    expect(exprType(parseExpr(text, FEATURES))).toBe(exprType(parseExpr(query, FEATURES)))
    editorParser.parse(query).iterate({
      enter: (node) => expect(node.type.isError, query).toBe(false),
    })
  }
})

test('a query too deep, too long a chain or too long a text is refused, not a stack overflow', () => {
  const deep = NESTING_MAX + 1
  expect(messageOf('('.repeat(deep) + '1' + ')'.repeat(deep))).toContain('levels of nesting')
  expect(messageOf('-'.repeat(50_000) + '1')).toContain('levels of nesting')
  expect(messageOf('1' + '+1'.repeat(deep))).toContain('operators in a chain')
  let nested = 'a'
  for (let i = 0; i < 20; i++) nested = `(${nested}${'+a'.repeat(100)})`
  expect(messageOf(nested)).toContain('levels')
  const inBrackets = `${'('.repeat(200)}1m${'+1m+1m+1m)'.repeat(200)}`
  expect(messageOf(`a[${inBrackets}]`)).toContain('operators in a chain')
  expect(messageOf(`a[1m${'+1m'.repeat(deep)}]`)).toContain('operators in a chain')
  expect(messageOf(`a[${'('.repeat(deep)}`)).toContain('levels of nesting')
  expect(messageOf(' '.repeat(QUERY_LENGTH_MAX + 1))).toContain('characters')
})

test('parseSelector takes a selector and nothing else', () => {
  expect(parseSelector('up{job="x"}')).toEqual([
    { name: '__name__', operator: '=', value: 'up' },
    { name: 'job', operator: '=', value: 'x' },
  ])
  expect(() => parseSelector('up offset 5m')).toThrow('Cannot read series selector')
  expect(() => parseSelector('1')).toThrow('Cannot read series selector')
})

test('selectorsOf finds them at every depth', () => {
  const found = selectorsOf(parseExpr('sum(rate(a[5m])) / on() max_over_time((b + {c="d"})[1h:])'))
  expect(found.map(({ metricName }) => metricName)).toEqual(['a', 'b', ''])
})

test.each([
  ['1h30m', 5_400_000, '1h30m'],
  ['90s', 90_000, '1m30s'],
  ['1w', 604_800_000, '1w'],
  ['8d', 691_200_000, '8d'],
  ['1y', 31_536_000_000, '1y'],
  ['500ms', 500, '500ms'],
  ['0', 0, '0s'],
])('duration %s is %d ms', (text, ms, formatted) => {
  expect(parseDuration(text)).toBe(ms)
  expect(formatDuration(ms)).toBe(formatted)
})

test.each(['', '5', '1m1h', '1.5h', '-1m', '300y'])('%j is no duration', (text) => {
  expect(() => parseDuration(text)).toThrow('Cannot read duration')
})

test.each([
  ['one that becomes too large', '{a=~"(b?){100000}"}', 'expression too large'],
  [
    'many that become too large',
    Array.from({ length: 80 }, (_, i) => `{a=~"(b?){1000}${i}"}`).join(' or '),
    'expressions too large in all',
  ],
])('of regular expressions %s is refused', (_, text, why) => {
  expect(() => parseExpr(text)).toThrow(`error parsing regexp: ${why}`)
})

test('long lists of words are no large expressions, and the same one again costs nothing', () => {
  const words = Array.from({ length: 8000 }, (_, i) => `host-${i}`).join('|')
  const one = `{a=~"(b?){1000}(b?){1000}(b?){1000}(b?){1000}${'.'.repeat(6000)}"}`
  expect(() => parseExpr(`{a=~"${words}"}`)).not.toThrow()
  expect(() => parseExpr(Array.from({ length: 15 }, () => one).join(' or '))).not.toThrow()
})
