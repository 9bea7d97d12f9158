import { expect, test } from 'vitest'
import { readQueryError } from './query-error.ts'

test.each([
  [
    'invalid parameter "query": 1:5: parse error: unclosed left parenthesis',
    'sum(up',
    'parse error: unclosed left parenthesis',
    'sum(up\n    ^',
  ],
  ['1:7: parse error: x', 'sum(up', 'parse error: x', 'sum(up\n      ^'], // just past the end
  ['2:1: parse error: x', 'sum(\n!', 'parse error: x', '!\n^'],
  ['9:1: parse error: x', 'up', 'parse error: x', undefined], // no such line
  ['query timed out', 'up', 'query timed out', undefined],
])('%j in %j', (message, query, text, marked) =>
  expect(readQueryError(message, query)).toEqual({ message: text, marked }),
)
