import { levelOf } from '@weir/model'
import { expect, test } from 'vitest'
import { severityOfLevel, severityOfSyslog, severityOfWord } from './severity-words.ts'
import { severityOfText } from './text-line.ts'

const level = (line: string): string => {
  const bytes = Buffer.from(`e${line}`)
  return levelOf(severityOfText(bytes, 1, bytes.length))
}

test.each([
  ['2026-11-28 12:00:00,000 ERROR something', 'error'],
  ['[2026-11-28] {x.py:1} INFO - no ERROR here', 'info'], // the first word counts
  ['level=warn msg="an INFO"', 'warn'],
  ['ts=1 lvl="eror" severity=critical', 'critical'],
  ['ts=1 caller=a.go level=debug msg=x', 'debug'],
  ['[error] it broke', 'error'],
  ['<Warning> full', 'warn'],
  ['error: it broke', 'error'],
  ['panic: runtime error', 'critical'],
  ['E1128 12:00:00.000000 1 x.go:1] it broke', 'error'], // klog
  ['W1128 it is full', 'warn'],
  ['a warning about nothing', 'warn'],
  ['for more info see', 'info'],
  ['an error occurred', 'unknown'],
  ['CRITICAL', 'critical'],
  ['FATAL', 'fatal'],
  ['informal talk about errors', 'unknown'],
  ['', 'unknown'],
  [`${' '.repeat(600)}ERROR`, 'unknown'], // no head
])('%j is %s', (line, want) => expect(level(line)).toBe(want))

test.each([
  ['WARNING', 13],
  ['wArN', 13],
  ['I', 9],
  ['notice', 10],
  ['Informational', 9],
  ['emerg', 21],
  ['warnings', 0],
  ['', 0],
  ['[arn', 0],
])('the word %j is %d', (word, want) => {
  const bytes = Buffer.from(word)
  expect(severityOfWord(bytes, 0, bytes.length)).toBe(want)
})

test('numbers: pino, Python and bunyan from 10 on, syslog below', () => {
  const shown = [10, 20, 30, 35, 40, 50, 60, 70, 7, 3, 0, 8].map(severityOfLevel)
  expect(shown).toEqual([1, 5, 9, 9, 13, 17, 21, 0, 5, 17, 21, 0])
  expect([0, 1, 2, 3, 4, 5, 6, 7, 8, -1].map(severityOfSyslog)).toEqual([
    21, 19, 18, 17, 13, 10, 9, 5, 0, 0,
  ])
})
