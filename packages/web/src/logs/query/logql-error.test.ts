import { expect, test } from 'vitest'
import { readLogqlError } from './logql-error.ts'

const SAID = 'parse error at line 1, col 6: syntax error: unexpected IDENTIFIER'

test.each([
  [SAID, '{a} b', '{a} b\n     ^'],
  ['parse error at line 2, col 1: x', '{a="b"}\n!', '!\n^'],
  ['parse error at line 7, col 1: x', '{a="b"}', undefined],
  ['parse error at line 0, col 0: x', '{a="b"}', undefined],
  ['too many series', '{a="b"}', undefined],
])('%s', (message, query, marked) => {
  expect(readLogqlError(message, query)).toEqual({ message, marked })
})
