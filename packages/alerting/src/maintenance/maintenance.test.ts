import { Labels } from '@weir/model'
import { expect, test } from 'vitest'
import { AlertingEvents } from '../telemetry.ts'
import { ManualClock } from '../testing/manual-clock.ts'
import { MemoryStore, recordingTelemetry } from '../testing/memory-rooms.ts'
import { MaintenanceBook } from './maintenance-book.ts'
import { type MaintenanceDraft, occurrencesOf, planOf } from './window.ts'

const DRAFT: MaintenanceDraft = {
  name: 'Patch night',
  comment: '',
  createdBy: 'ann',
  matchers: [{ name: 'team', operator: '=', value: 'x' }],
  start: '2026-01-05T22:00', // a Monday
  durationMs: 2 * 3_600_000,
  timeZone: 'UTC',
  rrule: '',
}

function starts(change: Partial<MaintenanceDraft>, to = '2027-01-01', max = 8): string[] {
  const plan = planOf({ ...DRAFT, ...change, id: 'a', updatedMs: 0 }, 'utf8')
  const found = [...occurrencesOf(plan, Date.parse('2026-01-01'), Date.parse(to))]
  return found.slice(0, max).map(({ startMs }) => new Date(startMs).toISOString().slice(5, 16))
}

test.each<[string, Partial<MaintenanceDraft>, readonly string[]]>([
  ['once', {}, ['01-05T22:00']],
  [
    'every other day',
    { rrule: 'FREQ=DAILY;INTERVAL=2;COUNT=3' },
    ['01-05T22:00', '01-07T22:00', '01-09T22:00'],
  ],
  [
    'until a day, which counts',
    { rrule: 'FREQ=DAILY;UNTIL=20260106' },
    ['01-05T22:00', '01-06T22:00'],
  ],
  ['until a moment', { rrule: 'RRULE:FREQ=DAILY;UNTIL=20260106T215959Z' }, ['01-05T22:00']],
  [
    'weekly on two days, from the middle of the first week',
    { start: '2026-01-07T22:00', rrule: 'FREQ=WEEKLY;BYDAY=MO,WE;COUNT=3' },
    ['01-07T22:00', '01-12T22:00', '01-14T22:00'],
  ],
  [
    'every other week counts weeks from Monday',
    { start: '2026-01-11T22:00', rrule: 'FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,SU;COUNT=3' },
    ['01-11T22:00', '01-19T22:00', '01-25T22:00'],
  ],
  [
    'the second Tuesday',
    { rrule: 'FREQ=MONTHLY;BYDAY=2TU;COUNT=3' },
    ['01-13T22:00', '02-10T22:00', '03-10T22:00'],
  ],
  ['the last Friday', { rrule: 'FREQ=MONTHLY;BYDAY=-1FR;COUNT=2' }, ['01-30T22:00', '02-27T22:00']],
  [
    'the last day of the month',
    { rrule: 'FREQ=MONTHLY;BYMONTHDAY=-1;COUNT=2' },
    ['01-31T22:00', '02-28T22:00'],
  ],
  [
    'the 31st leaves out months that have none',
    { start: '2026-01-31T22:00', rrule: 'FREQ=MONTHLY;COUNT=3' },
    ['01-31T22:00', '03-31T22:00', '05-31T22:00'],
  ],
  [
    'Friday the 13th',
    { rrule: 'FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13;COUNT=2' },
    ['02-13T22:00', '03-13T22:00'],
  ],
  [
    'in a zone, the wall clock counts over the change of time',
    { start: '2026-03-28T02:30', timeZone: 'Europe/Berlin', rrule: 'FREQ=DAILY;COUNT=3' },
    ['03-28T01:30', '03-29T01:30', '03-30T00:30'],
  ],
  [
    'when a time comes twice, its first time',
    { start: '2026-10-25T02:30', timeZone: 'Europe/Berlin' },
    ['10-25T00:30'],
  ],
])('%s', (_, change, want) => {
  expect(starts(change)).toEqual(want)
})

test.each<[Partial<MaintenanceDraft>, RegExp]>([
  [{ name: ' ' }, /want a name/],
  [{ timeZone: 'Mars/Olympus' }, /"Mars\/Olympus" is no time zone/],
  [{ start: '2026-02-30' }, /want `start` as 2026-03-01T22:00/],
  [{ durationMs: 1 }, /from a minute to 31 days/],
  [{ matchers: [] }, /want at least one matcher/],
  [{ matchers: [{ name: 'a', operator: '=~', value: '(' }] }, /no regular expression/],
  [{ rrule: 'FREQ=YEARLY' }, /want FREQ=DAILY, WEEKLY or MONTHLY, got "YEARLY"/],
  [{ rrule: 'FREQ=DAILY;BYSETPOS=1' }, /"BYSETPOS" is not understood/],
  [{ rrule: 'FREQ=WEEKLY;BYDAY=2TU' }, /want BYDAY/],
  [{ rrule: 'FREQ=MONTHLY;BYMONTHDAY=0' }, /want BYMONTHDAY/],
  [{ rrule: 'FREQ=DAILY;COUNT=0' }, /want COUNT/],
])('%j is refused', (change, why) => {
  expect(() => starts(change)).toThrow(why)
})

test('while it is on, its alerts are muted; kept over a restart; counted when there are too many', async () => {
  const clock = new ManualClock(Date.parse('2026-01-05T21:00Z'))
  const { telemetry, counts } = recordingTelemetry()
  const store = new MemoryStore()
  const options = {
    store,
    clock,
    events: new AlertingEvents(telemetry),
    mode: () => 'utf8' as const,
    countMax: 1,
  }
  const book = new MaintenanceBook(options)
  const labels = Labels.of({ team: 'x' })
  expect(book.mutedBy(labels, clock.now())).toEqual([])
  const { id } = await book.set({ ...DRAFT, rrule: 'FREQ=DAILY' })
  const states: string[] = []
  for (let hour = 21; hour < 26; hour++) {
    states.push(book.mutedBy(labels, clock.now()).join())
    await clock.advance(3_600_000)
  }
  expect(states).toEqual(['', 'Patch night', 'Patch night', '', ''])
  await clock.advance(20.5 * 3_600_000)
  const later = new MaintenanceBook(options)
  expect(later.mutedBy(labels, clock.now())).toEqual(['Patch night'])
  expect(later.mutedBy(Labels.of({ team: 'y' }), clock.now())).toEqual([])
  expect(later.list()).toMatchObject([
    { isOn: true, next: { endMs: Date.parse('2026-01-07T00:00Z') } },
  ])
  await expect(later.set(DRAFT)).rejects.toMatchObject({ code: 'MAINTENANCE_LIMIT' })
  expect(counts.get('weir_alerting_maintenance_refused_total')).toBe(1)
  await later.set({ ...DRAFT, start: '2026-02-01T10:00' }, id)
  expect(later.mutedBy(labels, clock.now())).toEqual([])
  await later.remove(id)
  await expect(later.remove(id)).rejects.toMatchObject({ code: 'MAINTENANCE_UNKNOWN' })
  expect(new MaintenanceBook(options).list()).toEqual([])
})
