import { expect, test } from 'vitest'
import { formatLogQL } from '../format/format.ts'
import { parseLogQL, parseLogSelector } from './parse.ts'

test.each([
  // Sizes and durations are read as Loki reads them: a number takes the letters behind it.
  ['{a="b"} | x > 5KB', { kind: 'bytes', value: 5000 }],
  ['{a="b"} | x > 5KiB', { kind: 'bytes', value: 5120 }],
  ['{a="b"} | x > 1.5h', { kind: 'duration', value: 5_400_000_000_000 }],
  ['{a="b"} | x > 1d', { kind: 'duration', value: 86_400_000_000_000 }],
  ['{a="b"} | x > -5m', { kind: 'duration', value: -300_000_000_000 }],
  ['{a="b"} | x > 5', { kind: 'number', value: 5 }],
  ['{a="b"} | x > -5', { kind: 'number', value: -5 }],
  ['{a="b"} | x > 1e3', { kind: 'number', value: 1000 }],
  ['{a="b"} | x > 0x10', { kind: 'number', value: 16 }],
])('%s', (query, filter) => {
  expect(parseLogQL(query)).toMatchObject({ stages: [{ kind: 'filter', filter }] })
})

test.each([
  ['{a="b"} | x="1" or y="2" and z="3"', '{a="b"} | ( x="1" or ( y="2" , z="3" ) )'],
  ['{a="b"} | x="1", y="2" or z="3"', '{a="b"} | ( x="1" , ( y="2" or z="3" ) )'],
  ['{a="b"} | x="1" y="2" or z="3"', '{a="b"} | ( x="1" , ( y="2" or z="3" ) )'],
  ['{a="b"} | (x="1" or y="2") and z="3"', '{a="b"} | ( ( x="1" or y="2" ) , z="3" )'],
  ['{a="b"} | count="1" | json="x" | rate > 5', '{a="b"} | count="1" | json="x" | rate>5'],
  ['{a="b"} | json != "x"', '{a="b"} | json != "x"'],
  ['{a="b"} # a comment\n |= "x"', '{a="b"} |= "x"'],
  ['{a="b"} |= `\\d` |~ "\\\\d\\x41"', '{a="b"} |= "\\\\d" |~ "\\\\dA"'],
  ['sum(rate({a="b"}[5m])) by (x)', 'sum by (x)(rate({a="b"}[5m]))'],
  ['SUM BY (x) (RATE({a="b"}[5m]))', 'sum by (x)(rate({a="b"}[5m]))'],
  ['rate(({a="b"} |= "x")[5m])', 'rate({a="b"} |= "x"[5m])'],
  ['rate({a="b"}[5m] |= "x")', 'rate({a="b"} |= "x"[5m])'],
  ['(rate({a="b"}[5m]))', 'rate({a="b"}[5m])'],
  ['2 - 1 - 1', '0'],
  ['2 ^ 3 ^ 2', '512'],
  ['-2 ^ 2', '4'],
  ['1 + vector(2) * 3', '(1 + (vector(2.000000) * 3))'],
])('%s means %s', (query, neat) => expect(formatLogQL(query)).toBe(neat))

test.each([
  ['', 'line 1, col 1: want a stream selector such as {app="x"}'],
  ['{app="x"}\n| json |', 'line 2, col 9: want a stage such as json'],
  ['{app="x"', 'line 1, col 9: want "," or "}", got the end of the query'],
  ['{app="x" env="y"}', 'line 1, col 10: want "," or "}", got env'],
  ['{app=x}', 'line 1, col 6: want a value in quotes, got x'],
  ['{app="x}', 'line 1, col 6: string is not closed'],
  ['{app=~".*"}', 'line 1, col 1: want at least one matcher that does not match the empty text'],
  ['{app="x"} |~ "("', 'line 1, col 14: error parsing regexp: missing closing )'],
  ['{app="x"} | pattern "<a><b>"', 'line 1, col 21: want some text between <a> and <b>'],
  ['{app="x"} | json a="["', 'line 1, col 20: cannot parse expression [[]'],
  ['{app="x"} | line_format "{{.a"', 'line 1, col 25: template: line:1: unclosed action'],
  ['{app="x"} |= ip("nonsense")', 'line 1, col 14: want an address'],
  ['rate({app="x"})', 'line 1, col 15: want a range such as [5m], got )'],
  ['rate({app="x"}[5x])', 'line 1, col 15: want a range such as [5m], got [5x]'],
  ['rate({app="x"}[0s])', 'want a range such as [5m], got [0s]'],
  ['sum({app="x"})', 'line 1, col 5: want numbers in sum, got lines'],
  ['{app="x"} + 1', 'line 1, col 1: want numbers on both sides of +, got lines'],
  ['sum_over_time({app="x"}[5m])', 'line 1, col 1: want a value for sum_over_time'],
  ['{app="x"} | unwrap a', 'line 1, col 11: want unwrap only inside of a range aggregation'],
  ['topk(1.5, rate({app="x"}[5m]))', 'want a whole number above 0 in topk, got 1.5'],
  ['\u{1f600}', 'line 1, col 1: unexpected character'],
  ['('.repeat(5000), 'nested at most'],
  ['1+'.repeat(5000) + 'vector(1)', 'an expression of at most'],
  [`{a="b"} | ${'('.repeat(5000)}`, 'nested at most'],
])('%j is refused with a place and what was wanted', (query, message) => {
  expect(() => parseLogQL(query)).toThrow(message)
})

test('what is not evaluated is refused by name', () => {
  expect(() => parseLogQL('variants(rate({a="b"}[5m])) of ({a="b"}[5m])')).toThrow(
    expect.objectContaining({ code: 'LOGQL_UNSUPPORTED' }),
  )
})

test('a query that is too long is not read', () => {
  expect(() => parseLogQL(`{a="${'x'.repeat(200_000)}"}`)).toThrow('at most 131072 characters')
})

test('conditions in a row are as many as what walks them has stack for', () => {
  const row = (count: number): string => `{a="b"} | ${Array(count).fill('x="y"').join(' or ')}`
  expect(() => parseLogQL(row(1000))).not.toThrow()
  expect(() => parseLogQL(row(1001))).toThrow('at most 1000 conditions in a row')
})

test('selectors alone', () => {
  expect(parseLogSelector('{app="x", env!~"a|b"}')).toEqual([
    { name: 'app', operator: '=', value: 'x' },
    { name: 'env', operator: '!~', value: 'a|b' },
  ])
  expect(() => parseLogSelector('{app="x"} |= "y"')).toThrow('want the end of the selector')
})
