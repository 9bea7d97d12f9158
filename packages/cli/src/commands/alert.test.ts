import type { FiringAlert } from '@weir/packs'
import { expect, test } from 'vitest'
import { alertLines, alertStory } from '../show/alert-text.ts'
import { queryParams } from './alert-query.ts'

const NOW_MS = Date.parse('2026-01-01T12:00:00Z')
const NONE = { active: false, silenced: false, inhibited: false, unprocessed: false }

test('without a flag active alerts are asked for, as amtool does', () => {
  const states = (flags: object): string =>
    queryParams([], { ...NONE, ...flags })
      .map(([, value]) => value.charAt(0))
      .join('')
  expect([
    states({}),
    states({ silenced: true }),
    states({ active: true, inhibited: true }),
  ]).toEqual(['tfff', 'ftff', 'tftf'])
  expect(queryParams(['Down', 'a!~b'], { ...NONE, receiver: 'team.*' }).slice(0, 2)).toEqual([
    ['filter', 'alertname="Down"'],
    ['filter', 'a!~"b"'],
  ])
})

test('alerts are shown a line each', () => {
  const status = { state: 'suppressed', silencedBy: ['x'], inhibitedBy: [] }
  const alert = {
    fingerprint: 'f1',
    labels: { alertname: 'Down', team: 'a' },
    annotations: { summary: `it  is\n${'long '.repeat(20)}` },
    startsAt: '2026-01-01T10:00:00Z',
    endsAt: '2026-01-01T13:00:00Z',
    receivers: [],
    status,
  }
  expect(alertLines([alert], NOW_MS)).toEqual([
    'FINGERPRINT  ALERT  STATE     SINCE   SUMMARY                                                       LABELS',
    'f1           Down   silenced  2h ago  it is long long long long long long long long long long lon…  team="a"',
  ])
  expect(alertLines([], NOW_MS)).toEqual([])
})

test('all about an alert', () => {
  const alert: FiringAlert = {
    fingerprint: 'f1',
    labels: { team: 'a', alertname: 'Down' },
    annotations: { runbook: 'http://wiki' },
    startsAtMs: NOW_MS - 3_700_000,
    endsAtMs: NOW_MS + 1,
    status: { state: 'suppressed', silencedBy: ['s1', 's2'], inhibitedBy: [], mutedBy: ['nights'] },
    evidence: { expr: 'up == 0', value: 0, threshold: { operator: '==', value: 0 } },
    marks: {
      ack: { by: 'ann', atMs: NOW_MS, comment: 'on\nit' },
      assignee: { by: 'ann', atMs: NOW_MS, to: 'bob' },
      snooze: null,
      notes: [{ by: 'eve', atMs: NOW_MS, text: 'disk' }],
    },
  }
  const event = { atMs: NOW_MS, kind: 'notified', fingerprints: ['f1'], alertCount: 1 }
  const events = [{ ...event, receiver: 'team', why: 'first notification' }]
  expect(alertStory({ alert, receivers: ['team', 'log'], events }, NOW_MS)).toEqual([
    'alertname="Down" team="a"',
    '  fingerprint   f1',
    '  since         2026-01-01 10:58:20Z, 1h2m ago',
    '  told to       team, log',
    '  state         silenced by s1, s2; muted by nights',
    '  value         0, limit == 0',
    '  expr          up == 0',
    '  acknowledged  by ann: on it',
    '  assigned      to bob by ann',
    '  note          eve: disk',
    '  runbook       http://wiki',
    '  2026-01-01 12:00:00Z  notified  team, first notification',
  ])
})
