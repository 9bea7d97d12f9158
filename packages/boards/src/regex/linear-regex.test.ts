import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { LinearRegex, boardRegex } from './linear-regex.ts'

function made(source: string, flags = ''): LinearRegex {
  const regex = LinearRegex.from(source, flags)
  if (typeof regex === 'string') throw new Error(`${source} ${regex}`)
  return regex
}

const part: fc.Arbitrary<string> = fc.letrec<{ node: string }>((tie) => ({
  node: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom(
      'a',
      'b',
      '.',
      '[ab]',
      '[^a]',
      '\\w',
      '\\b',
      '^',
      '$',
      '-',
      '\\.',
      '\\d',
      '[\\]b]',
    ),
    fc.tuple(tie('node'), tie('node')).map(([a, b]) => a + b),
    fc.tuple(tie('node'), tie('node')).map(([a, b]) => `(?:${a}|${b})`),
    tie('node').map((a) => `(${a})`),
    fc
      .tuple(tie('node'), fc.constantFrom('*', '+', '?', '*?', '+?', '??', '{2}', '{0,2}', '{1,}?'))
      .map(([a, times]) => `(?:${a})${times}`),
  ),
})).node

test('matches are those of RegExp', () => {
  const text = fc.string({
    unit: fc.constantFrom('a', 'b', 'A', '-', '.', '1', '\n'),
    maxLength: 12,
  })
  fc.assert(
    fc.property(part, text, fc.constantFrom('', 'i', 'm', 's'), (source, subject, flags) => {
      const want = new RegExp(source, flags).exec(subject)
      const got = made(source, flags).exec(subject)
      expect(got?.index).toBe(want?.index)
      expect(got?.groups[0]).toBe(want?.[0])
    }),
    { numRuns: 1500 },
  )
})

test.each([
  ['(a)(b)?', 'ac', ['a', 'a', undefined]],
  ['^(?!x).*y$', 'ay', ['ay']],
  ['^(?!x).*y$', 'xy', undefined],
  ['a(?=(b))', 'cab', ['a', 'b']],
  [
    '.*namespace="([^"]*).*',
    'up{namespace="n-1",pod="p"} 1 2',
    ['up{namespace="n-1",pod="p"} 1 2', 'n-1'],
  ],
  ['(a*)*b', 'aab', ['aab', 'aa']],
  ['\\u0041\\x42', 'AB', ['AB']],
  ['/a\\/b', '/a/b', ['/a/b']],
])('%s on %j', (source, text, want) => expect(made(source).exec(text)?.groups).toEqual(want))

test('named groups, and all matches', () => {
  expect(
    [...made('(?<text>\\w)=(?<value>\\d)').all('a=1,b=2')].map(({ named }) => [...named]),
  ).toEqual([
    [
      ['text', 'a'],
      ['value', '1'],
    ],
    [
      ['text', 'b'],
      ['value', '2'],
    ],
  ])
  expect([...made('a*').all('baa')].map(({ index, end }) => [index, end])).toEqual([
    [0, 0],
    [1, 3],
    [3, 3],
  ])
})

test.each([
  ['(a)\\1', 'refers back to a group'],
  ['(?<=a)b', 'looks behind'],
  ['(', 'is not well formed'],
  ['(((a{99}){99}){99})', 'repeats too much'],
  [`${'('.repeat(60)}a${')'.repeat(60)}`, 'nested too deep'],
  ['(?=a(?!b))', 'looks ahead while looking ahead'],
  ['a'.repeat(3000), 'is longer than 2000 characters'],
])('%s is refused: it %s', (source, why) => expect(LinearRegex.from(source)).toBe(why))

test.each([
  ['up', 'up', true],
  ['up', 'upper', false],
  ['/up/', 'upper', true],
  ['/UP/i', 'upper', true],
  ['/a', '/a', true],
])('%s of a board, on %s: %s', (text, subject, want) =>
  expect((boardRegex(text) as LinearRegex).test(subject)).toBe(want),
)

// Each of these hangs RegExp for longer than anybody waits.
test.each(['(a+)+$', '(a|a)*$', '(a|aa)+$', '(.*a){12}$', '(?:a?){30}a{30}$', '^(?!(a+)+$).*b$'])(
  '%s does not hang',
  (source) => {
    const text = `${'a'.repeat(5000)}!`
    const before = process.cpuUsage()
    made(source).test(text)
    const used = process.cpuUsage(before)
    expect((used.user + used.system) / 1e6).toBeLessThan(5)
  },
)
