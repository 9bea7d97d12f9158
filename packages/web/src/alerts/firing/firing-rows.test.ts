import type { AlertEventView, NotificationView } from '@weir/packs'
import { expect, test } from 'vitest'
import { firingGroups } from '../../testing/mock-alerts.ts'
import { MOCK_NOW_MS } from '../../testing/mock-data.ts'
import {
  countFiring,
  firingWith,
  heldText,
  markTexts,
  ownLabels,
  shownFiring,
  tellsSomebody,
  tomorrowNine,
  undeliveredOf,
} from './firing-rows.ts'
import { eventText, spansOf } from './timeline-spans.ts'

const names = (query: string, state?: string): string[] =>
  shownFiring(firingGroups(6), { query, state }, MOCK_NOW_MS).map(
    ({ receiver, alerts }) =>
      `${receiver}: ${alerts.map(({ labels }) => labels['alertname']).join()}`,
  )

test.each<[string, string | undefined, readonly string[]]>([
  [
    '',
    undefined,
    ['oncall: AirflowTaskFailures,Stage1Late', 'team: Stage4Late,Stage5Late,Stage2Late,Stage3Late'],
  ],
  ['', 'acked', ['oncall: Stage1Late', 'team: Stage5Late']],
  ['', 'suppressed', ['team: Stage2Late,Stage3Late']],
  ['severity=critical TEAM', undefined, ['team: Stage4Late']],
  ['bob', undefined, ['oncall: Stage1Late', 'team: Stage5Late']], // whose it is
  ['nothing', undefined, []],
])('found by %j in state %s', (query, state, want) => expect(names(query, state)).toEqual(want))

test('an alert counts once, whoever is told', () => {
  const groups = firingGroups(6)
  expect(countFiring([...groups, ...groups], MOCK_NOW_MS)).toEqual({
    active: 2,
    acked: 2,
    suppressed: 2,
    beat: 0,
    resolved: 0,
  })
  expect(countFiring(groups, MOCK_NOW_MS + 3_600_000).resolved).toBe(6)
})

test("a dead man's switch beats, and does not count as firing", () => {
  const [group] = firingGroups(1)
  const beats = group!.alerts.map((alert) => ({
    ...alert,
    labels: { ...alert.labels, severity: 'none' },
  }))
  expect(countFiring([{ ...group!, alerts: beats }], MOCK_NOW_MS)).toMatchObject({
    active: 0,
    beat: beats.length,
  })
})

test('what holds an alert back, in words', () => {
  const status = {
    state: 'suppressed',
    silencedBy: ['a'],
    inhibitedBy: [],
    mutedBy: ['nights', 'Patch'],
  } as const
  expect(heldText(status)).toBe('silenced, muted by nights, Patch')
})

test.each<[string, readonly Partial<NotificationView>[], string | undefined]>([
  ['nothing was due', [], undefined],
  ['the newest arrived', [{ id: 'b', state: 'sent', createdMs: 2 }], undefined],
  ['it failed', [{ id: 'b', state: 'failed', createdMs: 2 }], 'b'],
  ['it was tried in vain', [{ id: 'b', state: 'pending', attempts: 1, createdMs: 2 }], 'b'],
  ['it is on its way', [{ id: 'b', state: 'pending', attempts: 0, createdMs: 2 }], undefined],
  ['another receiver failed', [{ id: 'b', state: 'failed', receiver: 'x' }], undefined],
  ['another group failed', [{ id: 'b', state: 'failed', groupKey: 'x' }], undefined],
])('%s: who could not be told', (_, notifications, id) => {
  const [group] = firingGroups(1)
  const older = { id: 'a', state: 'sent', createdMs: 1, receiver: 'oncall', groupKey: group!.key }
  const all = [...notifications.map((one) => ({ ...older, ...one })), older]
  expect(undeliveredOf(group!, all as unknown as NotificationView[])?.id).toBe(id)
})

test.each([
  [['webhook'], true],
  [['record'], false],
  [[], false],
])('a receiver of %j tells somebody: %j', (integrations, tells) => {
  expect(tellsSomebody([{ name: 'page', integrations }], 'page')).toBe(tells)
  expect(tellsSomebody([{ name: 'page', integrations }], 'other')).toBe(true)
})

test('an alert is found by its labels, tells what is its own, and who deals with it', () => {
  const groups = firingGroups(6)
  const [group] = groups
  const [, second] = group!.alerts
  expect(firingWith(groups, second!.labels)?.alert).toBe(second)
  expect(firingWith(groups, { ...second!.labels, more: '1' })).toBeUndefined()
  // Relabelling may have added a label; one that has more is another alert.
  const { severity: _, ...fewer } = second!.labels
  expect(firingWith(groups, fewer)?.alert).toBe(second)
  const more = { ...second!, labels: { ...second!.labels, stage: 'x' } }
  const both = [{ ...group!, alerts: [more, second!] }]
  expect(firingWith(both, fewer)?.alert).toBe(second)
  expect(ownLabels(second!, group!)).toEqual([
    ['system', 'airflow'],
    ['severity', 'warning'],
  ])
  expect(markTexts(second!)).toEqual(['acked by ann', 'for bob', '1 note'])
})

test('nine tomorrow is the next day, also at the end of a month', () => {
  expect(new Date(tomorrowNine(new Date(2026, 0, 31, 23, 59).getTime()))).toEqual(
    new Date(2026, 1, 1, 9),
  )
})

const event = (atMs: number, kind: string): AlertEventView => ({
  atMs,
  kind,
  fingerprints: [],
  alertCount: 1,
})

test.each<[string, readonly (readonly [number, string])[], readonly string[]]>([
  [
    'a whole life',
    [
      [0, 'pending'],
      [2, 'firing'],
      [5, 'acked'],
      [7, 'held'],
      [8, 'released'],
      [9, 'resolved'],
    ],
    ['pending 0-2', 'firing 2-5', 'acked 5-7', 'held 7-8', 'acked 8-9'],
  ],
  [
    'an acknowledgement is about one time',
    [
      [0, 'firing'],
      [1, 'acked'],
      [2, 'resolved'],
      [4, 'firing'],
    ],
    ['firing 0-1', 'acked 1-2', 'firing 4-20'],
  ],
  [
    'notifications change nothing',
    [
      [3, 'firing'],
      [4, 'notified'],
      [5, 'noted'],
    ],
    ['firing 3-20'],
  ],
  [
    'the beginning is forgotten',
    [
      [3, 'notified'],
      [5, 'resolved'],
    ],
    [],
  ],
])('%s', (_, events, want) => {
  const newestFirst = events.map(([atMs, kind]) => event(atMs, kind)).toReversed()
  expect(
    spansOf(newestFirst, 20).map(({ state, fromMs, toMs }) => `${state} ${fromMs}-${toMs}`),
  ).toEqual(want)
})

test.each<[Partial<AlertEventView>, string]>([
  [
    { kind: 'notified', receiver: 'team', integration: 'webhook', why: 'first notification' },
    'Told team · webhook (first notification)',
  ],
  [
    { kind: 'notified', receiver: 'page', integration: 'record', why: 'first notification' },
    'Shown here (first notification)',
  ],
  [{ kind: 'assigned', by: 'ann', text: 'bob' }, 'Assigned by ann to bob'],
  [{ kind: 'held', why: 'silence s1' }, 'Held back (silence s1)'],
  [{ kind: 'unheard' }, 'unheard'],
])('%j is told as %s', (what, want) => expect(eventText({ ...event(0, ''), ...what })).toBe(want))
