import { expect, test } from 'vitest'
import { outputText, toldLogs } from '../commands/log-output.ts'
import { tableLines } from '../commands/logs-sql.ts'
import { inert } from './inert.ts'
import { logText } from './log-text.ts'

const LOG = {
  timeNs: 1714564800123456789n,
  level: 'error',
  labels: { app: 'shop', level: 'error' },
  metadata: {},
  line: 'cannot \u001b[31msend\u0007\nat x\r\nat y',
}

test('a line is told with its time, level and stream; what it says is inert', () => {
  expect(logText(LOG, false)).toBe(
    '2024-05-01 12:00:00.123Z error app="shop"  cannot \\x1b[31msend\\x07\n    at x\n    at y',
  )
  expect(logText(LOG, true)).toBe(
    '2024-05-01 12:00:00.123Z \u001b[31merror\u001b[0m \u001b[90mapp="shop"\u001b[0m  cannot \\x1b[31msend\\x07\n    at x\n    at y',
  )
})

test.each([
  ['\u009b31m', '\\x9b31m'],
  ['abc\u202edef', 'abc\\u202edef'],
  ['a\tb', 'a\tb'],
  ['ü 漢 😀', 'ü 漢 😀'],
  ['\u2028', '\\u2028'],
])('%j is shown as %j', (text, want) => expect(inert(text)).toBe(want))

test('raw is as it came, unless somebody looks', () => {
  expect(outputText(LOG, 'raw', false)).toBe(LOG.line)
  expect(outputText(LOG, 'raw', true)).not.toContain('\u001b')
  expect(JSON.parse(outputText(LOG, 'json', false))).toEqual({
    time: '2024-05-01T12:00:00.123Z',
    timeNs: '1714564800123456789',
    labels: LOG.labels,
    metadata: {},
    line: LOG.line,
  })
})

test('lines of several streams come in the order of time', () => {
  const told = toldLogs(
    [
      {
        stream: { app: 'a' },
        values: [
          ['3', 'three', { structuredMetadata: { detected_level: 'warn' } }],
          ['1', 'one'],
        ],
      },
      { stream: { app: 'b', level: 'info' }, values: [['2', 'two', { parsed: { x: 'y' } }]] },
    ],
    -1,
  )
  expect(told.map(({ line, level }) => `${line} ${level}`)).toEqual([
    'three warn',
    'two info',
    'one unknown',
  ])
  expect(told[1]!.metadata).toEqual({ x: 'y' })
})

test('rows of SQL are a table of inert cells', () => {
  const named = ['n', 'labels', 'text'].map((name) => ({ name, type: '' }))
  const rows = [
    [1, [{ key: 'app', value: 'shop' }], 'a\u001b[0m'],
    [20, [], null],
  ]
  expect(tableLines({ columns: named, rows, isCut: false })).toEqual([
    'n   labels          text',
    '1   {"app":"shop"}  a\\x1b[0m',
    '20  {}              NULL',
  ])
})
