import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type SyslogMessage, readSyslog } from './message.ts'

const NOW = Date.UTC(2026, 0, 3, 12)
const options = { nowMs: NOW, wallClock: Date.UTC }

function read(line: string): SyslogMessage {
  return readSyslog(line, options)
}

/** What differs from a message that says nothing. */
function told(line: string): Record<string, unknown> {
  const { timeNs, data, ...rest } = read(line)
  const said = Object.entries(rest).filter(([, value]) => value !== '')
  return {
    ...Object.fromEntries(said),
    ...(timeNs === undefined ? {} : { time: isoOf(timeNs) }),
    ...(data.length === 0 ? {} : { data }),
  }
}

function isoOf(ns: bigint): string {
  const seconds = new Date(Number(ns / 1_000_000n)).toISOString().slice(0, 19)
  return `${seconds}.${String(ns % 1_000_000_000n)
    .padStart(9, '0')
    .replace(/0+$/, '')}`
}

describe('RFC 5424', () => {
  // Those that the RFC itself shows come first.
  test.each<[string, object]>([
    [
      "<34>1 2003-10-11T22:14:15.003Z mymachine.example.com su - ID47 - \uFEFF'su root' failed for lonvick on /dev/pts/8",
      {
        facility: 4,
        severity: 2,
        time: '2003-10-11T22:14:15.003',
        host: 'mymachine.example.com',
        app: 'su',
        msgId: 'ID47',
        text: "'su root' failed for lonvick on /dev/pts/8",
      },
    ],
    [
      '<165>1 2003-08-24T05:14:15.000003-07:00 192.0.2.1 myproc 8710 - - %% It is time',
      {
        facility: 20,
        severity: 5,
        time: '2003-08-24T12:14:15.000003',
        host: '192.0.2.1',
        app: 'myproc',
        procId: '8710',
        text: '%% It is time',
      },
    ],
    [
      '<165>1 2003-10-11T22:14:15.003Z h evntslog - ID47 [exampleSDID@32473 iut="3" eventSource="Application" eventID="1011"] An event',
      {
        facility: 20,
        severity: 5,
        time: '2003-10-11T22:14:15.003',
        host: 'h',
        app: 'evntslog',
        msgId: 'ID47',
        data: [
          'exampleSDID@32473 iut 3',
          'exampleSDID@32473 eventSource Application',
          'exampleSDID@32473 eventID 1011',
        ].flatMap((words) => words.split(' ')),
        text: 'An event',
      },
    ],
    [
      String.raw`<165>1 - - - - - [a@1 k="\"x\\\]\n"][b@1][c@1 l=""]`,
      {
        facility: 20,
        severity: 5,
        data: ['a@1', 'k', String.raw`"x\]\n`, 'c@1', 'l', ''],
      },
    ],
    ['<0>1 - - - - - -', { facility: 0, severity: 0 }],
    [
      '<14>1 - - a - - - line 1\nline 2\n',
      { facility: 1, severity: 6, app: 'a', text: 'line 1\nline 2' },
    ],
    ['<14>1 - - a - - [broken text', { facility: 1, severity: 6, app: 'a', text: '[broken text' }],
    ['<14>1 - - a - - [a b="c"', { facility: 1, severity: 6, app: 'a', text: '[a b="c"' }],
    // no message of RFC 5424: all of it is text
    ['<14>1 yesterday h a - - - x', { facility: 1, severity: 6, text: '1 yesterday h a - - - x' }],
  ])('%s', (line, want) => expect(told(line)).toEqual(want))
})

describe('RFC 3164', () => {
  test.each<[string, object]>([
    [
      "<34>Oct 11 22:14:15 mymachine su: 'su root' failed for lonvick on /dev/pts/8",
      {
        facility: 4,
        severity: 2,
        time: '2025-10-11T22:14:15.',
        host: 'mymachine',
        app: 'su',
        text: "'su root' failed for lonvick on /dev/pts/8",
      },
    ],
    [
      '<30>Jan  3 11:59:59 web-1 docker/0123abc[4242]: hello: world',
      {
        facility: 3,
        severity: 6,
        time: '2026-01-03T11:59:59.',
        host: 'web-1',
        app: 'docker/0123abc',
        procId: '4242',
        text: 'hello: world',
      },
    ],
    // without a host, as libc writes to /dev/log
    [
      '<13>Jan  3 11:59:59 root: hi',
      { facility: 1, severity: 5, time: '2026-01-03T11:59:59.', app: 'root', text: 'hi' },
    ],
    // as rsyslog forwards
    [
      '<13>2026-01-03T11:59:59.123456+01:00 h root: hi',
      {
        facility: 1,
        severity: 5,
        time: '2026-01-03T10:59:59.123456',
        host: 'h',
        app: 'root',
        text: 'hi',
      },
    ],
    // a router
    [
      '<189>4242: *Jan  3 11:59:59.123 UTC: %SYS-5-CONFIG_I: Configured',
      {
        facility: 23,
        severity: 5,
        time: '2026-01-03T11:59:59.123',
        app: '%SYS-5-CONFIG_I',
        text: 'Configured',
      },
    ],
    [
      '<13>Dec 31 2024 23:59:59 h a: x',
      { facility: 1, severity: 5, time: '2024-12-31T23:59:59.', host: 'h', app: 'a', text: 'x' },
    ],
    ['Error: no priority at all', { facility: 1, severity: 5, text: 'Error: no priority at all' }],
    ['<13>https://a/b: c', { facility: 1, severity: 5, text: 'https://a/b: c' }],
    ['no priority at all', { facility: 1, severity: 5, text: 'no priority at all' }],
    ['<999>x', { facility: 1, severity: 5, text: '<999>x' }],
    ['<13>app: x', { facility: 1, severity: 5, app: 'app', text: 'x' }],
    ['<13>{"a": 1}', { facility: 1, severity: 5, text: '{"a": 1}' }],
    ['<13>x\0\n', { facility: 1, severity: 5, text: 'x' }],
    ['', { facility: 1, severity: 5 }],
  ])('%s', (line, want) => expect(told(line)).toEqual(want))

  test('a line of a clock that is ahead is not a year old, one of December in January is', () => {
    expect(told('<13>Jan  4 12:00:00 h a: x')['time']).toBe('2026-01-04T12:00:00.')
    expect(told('<13>Dec 31 23:00:00 h a: x')['time']).toBe('2025-12-31T23:00:00.')
    const newYear = { ...options, nowMs: Date.UTC(2025, 11, 31, 23, 59) }
    const { timeNs } = readSyslog('<13>Jan  1 00:00:10 h a: x', newYear)
    expect(isoOf(timeNs!)).toBe('2026-01-01T00:00:10.')
  })
})

test('nothing is lost of a line that cannot be understood, and none takes long', () => {
  const parts = fc.constantFrom(
    '<',
    '>',
    '13',
    '1 ',
    '[',
    ']',
    '"',
    '\\',
    '=',
    ' ',
    ':',
    'Jan',
    '-',
  )
  const line = fc.oneof(
    fc.string(),
    fc.array(parts, { maxLength: 60 }).map((all) => all.join('')),
  )
  fc.assert(
    fc.property(line, (text) => {
      expect(text).toContain(read(text).text)
    }),
    { numRuns: 2000 },
  )
  const hostile = `<13>1 - - - - - [a ${'b="\\'.repeat(300_000)}`
  expect(read(hostile).text).toBe(hostile.slice('<13>1 - - - - - '.length))
})
