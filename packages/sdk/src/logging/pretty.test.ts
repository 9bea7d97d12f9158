import { expect, test } from 'vitest'
import { prettyLine } from './pretty.ts'

/** A line with the time of day where this test runs. */
function clock(timestamp: string): string {
  const time = new Date(timestamp)
  return `${[time.getHours(), time.getMinutes(), time.getSeconds()].map((part) => String(part).padStart(2, '0')).join(':')}.${timestamp.slice(20, 23)}`
}
const timestamp = '2025-11-16T10:00:00.123Z'

test('a record for people', () => {
  const record = {
    timestamp,
    level: 'ERROR',
    logger: 'orders.sink',
    message: 'Write failed',
    context: { iceberg_table: 'orders', attempt: 2, note: 'two words' },
    exception: {
      type: 'TimeoutError',
      message: 'no answer',
      stacktrace: 'TimeoutError: no answer\n    at commit (/app/sink.js:10:5)',
      cause: { type: 'Error', message: 'refused' },
    },
  }
  expect(prettyLine(JSON.stringify(record), false)).toBe(
    `${clock(timestamp)} ERROR    orders.sink  Write failed  iceberg_table=orders  attempt=2  note="two words"
  TimeoutError: no answer
      at commit (/app/sink.js:10:5)
  caused by:
  Error: refused
`,
  )
})

test('nothing from outside reaches the terminal as more than text', () => {
  const evil = '\u001b[2J\u009b31m\r\nforged 10:00 INFO root\u202e'
  const record = {
    timestamp: evil,
    level: evil,
    logger: evil,
    message: evil,
    context: { [evil]: evil, nested: { [evil]: evil } },
    source: { file: evil, line: 1 },
    exception: {
      type: evil,
      message: evil,
      stacktrace: evil,
      cause: { type: evil, message: evil },
    },
  }
  const shown = prettyLine(JSON.stringify(record), false)
  expect(shown).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/)
  expect(shown.split('\n').filter((line) => line.startsWith('forged'))).toEqual([])
  const coloured = prettyLine(JSON.stringify(record), true)
  expect(coloured.replaceAll(/\u001b\[[\d;]+m/g, '')).toBe(shown)
})

test('a line that is no JSON is shown as it is', () => {
  expect(prettyLine('plain \u001b[31m text\n', true)).toBe('plain \\u001b[31m text\n')
})
