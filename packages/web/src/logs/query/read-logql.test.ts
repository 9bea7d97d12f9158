import { expect, test } from 'vitest'
import { unquoted, writeLogql } from './log-query.ts'
import { readLogql } from './read-logql.ts'

// What is read and written again: the second column, or the first where there is none.
test.each<[string, string?]>([
  ['{service_name=~".+"}'],
  ['{pipeline="orders", stage=~"sink|source"}'],
  ['{pipeline!="orders"}', '{service_name=~".+", pipeline!="orders"}'],
  ['{a="b"} |~ "(?i)timeout" != "Retry" | detected_level=~"error|fatal"'],
  ['{a="b"} | json | x="1" |= "Late"', '{a="b"} |= "Late" | json | x="1"'],
  ['{a="b"} | line_format "{{.m}}" |= "Late"'], // the line is another one by then
  ['{a="b"} |= "x" or "y"'],
  ['{a="b"} |> "<_> x"'],
  ['{a="b"} |= ip("10.0.0.0/8")'],
  ['{a="b"} | a="b" or c="d" | n > 5 | d >= 10s'],
  ['{a="b"} | a="b", c="d"'],
  ['{a="b"} |~ `\\d+ ms` | x=~`a\\.b|c`'],
  ['{a="b"} # why\n|= "X"', '{a="b"} |= "X"'],
  ['{a=`b`}', '{a="b"}'],
  ['{a="b"} | json x="y.z", y | drop x | label_format a=b'],
])('%s in parts and back', (text, want = text) => {
  const read = readLogql(text)
  if (read.kind !== 'lines') throw new Error(read.kind)
  expect(writeLogql(read.query)).toBe(want)
})

test('words, values and everything else are told apart', () => {
  expect(readLogql('{a="b"} |= "x Y" !~ "(?i)no" | json | level="error"')).toEqual({
    kind: 'lines',
    query: {
      matchers: [{ name: 'a', operator: '=', value: 'b' }],
      words: '"x Y" -no',
      stages: [
        { kind: 'other', text: '| json' },
        { kind: 'condition', condition: { name: 'level', operator: '=', value: 'error' } },
      ],
    },
  })
})

test.each([
  ['sum by (level) (count_over_time({a="b"}[5m]))', 'series'],
  ['rate({a="b"}[1m])', 'series'],
  ['{a="b"', 'broken'],
  ['{a="b"} |= ', 'broken'],
  ['', 'broken'],
  ['timeout', 'broken'],
])('%j is %s', (text, want) => expect(readLogql(text).kind).toBe(want))

test.each([
  [
    'topk(5, sum by (a) (count_over_time({a="b"} |= "x" | json | c!="" [5m])))',
    '{a="b"} |= "x" | json | c!=""',
  ],
  ['rate({a="b"}[1m] offset 1h) / rate({c="d"}[1m])', '{a="b"}'],
  ['sum_over_time({a="b"} | unwrap n [1m])', '{a="b"}'],
  ['vector(1)', ''],
])('%s counts the lines of %j', (text, lines) => {
  expect(readLogql(text)).toEqual({ kind: 'series', lines })
})

test.each([
  ['"a\\tb\\"c\\\\"', 'a\tb"c\\'],
  ['"\\x41\\u00e9\\U0001F600"', 'Aé😀'],
  ['`a\\n"`', 'a\\n"'],
  ['"\\UFFFFFFFF"', '\\UFFFFFFFF'],
])('%s says %j', (text, want) => expect(unquoted(text)).toBe(want))
