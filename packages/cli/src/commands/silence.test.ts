import { describe, expect, test } from 'vitest'
import { silenceLines } from '../show/silence-text.ts'
import type { ApiSilence } from './alertmanager-api.ts'
import { tryWeir } from './ask-weir.ts'
import { labelArguments, matcherArguments, pairArguments } from './label-arguments.ts'
import { changedSilence } from './silence-changes.ts'
import { silencesOf } from './silence-import.ts'
import { isWide, previewLines } from './silence-preview.ts'
import { isAskedFor } from './silence-query.ts'

const NOW_MS = Date.parse('2026-01-01T12:00:00Z')

const SILENCE: ApiSilence = {
  id: 'abc',
  status: { state: 'active' },
  matchers: [
    { name: 'alertname', value: 'Down', isRegex: false },
    { name: 'team', value: 'a|b', isRegex: true, isEqual: false },
  ],
  startsAt: '2026-01-01T11:00:00.000Z',
  endsAt: '2026-01-01T14:30:00.000Z',
  createdBy: 'ann',
  comment: 'moving\nthe  database',
}

describe('arguments', () => {
  test.each([
    [['Down'], ['alertname=Down']],
    [
      ['Down', 'team=~a|b', 'job!="x y"', 'env!~dev.*'],
      ['alertname=Down', 'team=~a|b', 'job!=x y', 'env!~dev.*'],
    ],
    [['team=a'], ['team=a']],
    [['disk is full'], ['alertname=disk is full']],
  ])('%j are matchers', (given, want) => {
    const shown = matcherArguments(given).map(
      ({ name, operator, value }) => name + operator + value,
    )
    expect(shown).toEqual(want)
  })

  test.each([
    [['team=a', 'Down'], 'Cannot use "Down": '],
    [['team=~('], 'Cannot use "team=~(": '],
    [['{team=a}'], 'Cannot use "{team=a}": '],
  ])('%j are none', (given, why) => expect(() => matcherArguments(given)).toThrow(why))

  test('labels are equal to something', () => {
    expect(labelArguments(['Down', 'team=a'])).toEqual({ alertname: 'Down', team: 'a' })
    expect(() => labelArguments(['Down', 'team!=a'])).toThrow('Cannot use "team!=a" as a label')
    expect(pairArguments('--annotation', ['a=b=c'])).toEqual({ a: 'b=c' })
    expect(() => pairArguments('--annotation', ['=b'])).toThrow('Cannot use --annotation "=b"')
  })
})

describe('update', () => {
  test.each([
    [{}, '11:00', '14:30'],
    [{ duration: '5h' }, '11:00', '16:00'],
    [{ start: '2026-01-01T13:00:00+01:00' }, '12:00', '14:30'],
    [{ duration: '5h', end: '2026-01-01T18:00:00Z' }, '11:00', '18:00'],
  ])('with %j it is from %s to %s', (flags, from, to) => {
    expect(changedSilence(SILENCE, flags)).toEqual({
      id: 'abc',
      matchers: SILENCE.matchers,
      startsAt: `2026-01-01T${from}:00.000Z`,
      endsAt: `2026-01-01T${to}:00.000Z`,
      createdBy: 'ann',
      comment: SILENCE.comment,
      annotations: {},
    })
  })

  test.each([
    [{ end: '2026-01-01T11:00:00Z' }, 'want an end after the start'],
    [{ end: 'tomorrow' }, 'Cannot use --end "tomorrow": want a time such as'],
    [{ duration: '2 hours' }, 'Cannot use --duration "2 hours": want a duration'],
  ])('refuses %j', (flags, why) => expect(() => changedSilence(SILENCE, flags)).toThrow(why))
})

test('an address that is none is refused', async () => {
  for (const server of ['', 'here', 'ftp://here']) {
    await expect(tryWeir(server, 'GET', '/')).rejects.toThrow(`Cannot use --url "${server}"`)
  }
})

test.each([
  [{}, true],
  [{ expired: true }, false],
  [{ withinMs: 9_000_000 }, true],
  [{ withinMs: 8_999_999 }, false],
  [{ createdBy: 'bob' }, false],
  [{ id: 'abc', createdBy: 'ann' }, true],
  [{ id: 'other' }, false],
  [{ expired: true, nowMs: NOW_MS + 9_000_000 }, true],
  [{ expired: true, nowMs: NOW_MS + 9_000_001, withinMs: 0 }, false],
])('a query with %j finds it: %s', (asked, want) => {
  const all = { expired: false, withinMs: undefined, nowMs: NOW_MS, ...asked }
  expect(isAskedFor(SILENCE, all)).toBe(want)
})

test('silences are shown a line each', () => {
  const pending: ApiSilence = {
    ...SILENCE,
    id: 'd',
    status: { state: 'pending' },
    startsAt: '2026-01-01T12:00:30.400Z',
    endsAt: '2026-01-04T13:00:00Z',
    comment: '',
  }
  expect(silenceLines([SILENCE, pending], NOW_MS)).toEqual([
    'ID   STATE    ENDS                    BY   MATCHERS                      COMMENT',
    'abc  active   in 2h30m                ann  alertname="Down" team!~"a|b"  moving the database',
    'd    pending  in 3d1h, begins in 30s  ann  alertname="Down" team!~"a|b"',
  ])
  expect(silenceLines([], NOW_MS)).toEqual([])
})

test('import takes what query writes, and nothing else', () => {
  expect(silencesOf(JSON.stringify([SILENCE]), 's.json')).toEqual([SILENCE])
  for (const text of ['{}', '[1]', '[{"matchers":[]}]', '[{"matchers":[],"endsAt":"x","id":1}]']) {
    expect(() => silencesOf(text, 's.json')).toThrow(
      'Cannot read s.json: want an array of silences',
    )
  }
  expect(() => silencesOf('', 'stdin')).toThrow('Cannot read stdin: ')
})

test('a preview counts, shows some, and says when it is wide', () => {
  const preview = { alerts: 12, of: 20, alreadySilenced: 3, examples: [{ b: 'x', alertname: 'A' }] }
  expect(previewLines(preview)).toEqual([
    '12 of 20 alerts, 3 of them silenced already',
    '  alertname="A" b="x"',
    '  and 11 more',
  ])
  expect([preview, { ...preview, of: 24 }, { ...preview, alerts: 9, of: 9 }].map(isWide)).toEqual([
    true,
    false,
    false,
  ])
})
