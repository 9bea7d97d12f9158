import { expect, test } from 'vitest'
import { parseWords, wordOf } from './words.ts'

test.each([
  ['', []],
  ['timeout', [['|~', '(?i)timeout']]],
  [
    'Timeout -retry',
    [
      ['|=', 'Timeout'],
      ['!~', '(?i)retry'],
    ],
  ],
  ['"timeout"', [['|=', 'timeout']]],
  [
    '"connection refused" -"no route"',
    [
      ['|=', 'connection refused'],
      ['!=', 'no route'],
    ],
  ],
  [
    '504 -',
    [
      ['|=', '504'],
      ['|=', '-'],
    ],
  ],
  ['a.b[0]', [['|~', '(?i)a\\.b\\[0\\]']]],
  ['"say \\"hi\\" \\\\"', [['|=', 'say "hi" \\']]],
  ['"open', [['|~', '(?i)"open']]], // still being typed
  ['""', []],
] as const)('%j says %j', (text, want) => {
  expect(parseWords(text).map(({ operator, value }) => [operator, value])).toEqual(want)
})

test.each([
  ['|=', 'Timeout', 'Timeout'],
  ['|=', 'timeout', '"timeout"'],
  ['!=', 'two words', '-"two words"'],
  ['|=', '-x', '"-x"'],
  ['|=', 'C:\\x "y"', '"C:\\\\x \\"y\\""'],
  ['|~', '(?i)a\\.b', 'a.b'],
  ['!~', '(?i)retry', '-retry'],
  ['|~', 'retry', undefined], // as written: no word is found so
  ['|~', '(?i)Retry', undefined],
  ['|~', '(?i)a|b', undefined],
  ['|~', '(?i)\\d', undefined],
  ['|=', '', undefined],
] as const)('%s %j is the word %j', (operator, value, want) => {
  expect(wordOf({ operator, value })).toBe(want)
  if (want !== undefined) expect(parseWords(want)).toEqual([{ operator, value }])
})
