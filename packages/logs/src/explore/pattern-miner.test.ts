import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { PatternMiner } from './pattern-miner.ts'

function mined(lines: readonly string[]): (readonly [string, number])[] {
  const miner = new PatternMiner()
  for (const line of lines) miner.add(line, 0, 1)
  return miner.patterns().map(({ pattern, lines: count }) => [pattern, count] as const)
}

test.each<[what: string, lines: string[], want: [string, number][]]>([
  [
    'numbers and ids are gaps from the start',
    ['GET /api/v1/users/17 200 3ms', 'GET /api/v1/users/9 404 18ms'],
    [['GET <_> <_> <_>', 2]],
  ],
  [
    'words that differ become gaps once lines are alike',
    ['connection to kafka lost, retrying now', 'connection to redis lost, retrying now'],
    [['connection to <_> lost, retrying now', 2]],
  ],
  [
    'lines that are not alike stay apart',
    ['checkpoint done', 'partition revoked', 'checkpoint done'],
    [
      ['checkpoint done', 2],
      ['partition revoked', 1],
    ],
  ],
  [
    'of a JSON object the message counts, with gaps around it',
    ['{"level":"info","message":"sent 7 rows"}', '{"message":"sent 12 rows","level":"warn"}'],
    [['<_>sent <_> rows<_>', 2]],
  ],
  ['other JSON is a line like any other', ['{"a":"x y"}'], [['{"a":"x y"}', 1]]],
  ['half a JSON object too', ['{"message":"x'], [['{"message":"x', 1]]],
  ['a line of nothing has no pattern', ['', ' '.repeat(0)], []],
  [
    'logfmt keeps its names',
    ['level=info took=3ms', 'level=info took=9ms'],
    [['level=info took=<_>', 2]],
  ],
])('%s', (_, lines, want) => expect(mined(lines)).toEqual(want))

test('lines count for the step that they are of, by their weight', () => {
  const miner = new PatternMiner()
  miner.add('job 1 done', 0, 1)
  miner.add('job 2 done', 3, 2)
  miner.add('job 3 done', 3, 1)
  const [pattern] = miner.patterns()
  expect([...pattern!.steps]).toEqual([
    [0, 1],
    [3, 3],
  ])
})

test('there are never more patterns than told, and what finds no room is counted', () => {
  const miner = new PatternMiner(2)
  for (const line of ['alpha beta', 'gamma', 'delta epsilon zeta', 'alpha beta'])
    miner.add(line, 0, 1)
  expect(miner.patterns().map(({ lines }) => lines)).toEqual([2, 1])
  expect(miner.missed).toBe(1)
})

/** Whether a line matches a pattern as `|>` takes it: gaps stand for anything. */
function matches(pattern: string, line: string): boolean {
  let at = 0
  const parts = pattern.split('<_>')
  return parts.every((part, i) => {
    const found = line.indexOf(part, at)
    if (found < 0 || (i === 0 && found !== 0)) return false
    at = found + part.length
    return i < parts.length - 1 || part === '' || line.endsWith(part)
  })
}

test('whatever lines there are, each matches one of its patterns', () => {
  const word = fc.constantFrom('a', 'bb', 'x=1', '"q"', '[z]', '42', 'id-7', ',', '(', 'ü')
  const line = fc.array(word, { minLength: 1, maxLength: 12 }).map((words) => words.join(' '))
  fc.assert(
    fc.property(fc.array(line, { minLength: 1, maxLength: 30 }), (lines) => {
      const patterns = mined(lines)
      expect(patterns.reduce((sum, [, count]) => sum + count, 0)).toBe(lines.length)
      for (const one of lines) {
        expect(patterns.some(([pattern]) => matches(pattern, one))).toBe(true)
      }
    }),
  )
})

test('a very long line is cut, not refused', () => {
  const [[pattern]] = mined([`start ${'word '.repeat(100_000)}`]) as [[string, number]]
  expect(pattern.length).toBeLessThan(1100)
  expect(pattern.endsWith('<_>')).toBe(true)
})
