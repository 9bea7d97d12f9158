import { expect, test } from 'vitest'
import { checkShape, readYaml } from '../config-source.ts'
import { namedIntervalsSchema } from './interval-config.ts'
import { intervalContains, intervalsAt } from './interval.ts'

function contains(keys: string, time: string): boolean {
  const { source } = readYaml(`name: x\ntime_intervals: [{${keys}}]`, 'x.yml')
  const { value, problems } = checkShape(namedIntervalsSchema, source)
  expect(problems).toEqual([])
  return intervalContains(value!.time_intervals[0]!, Date.parse(time))
}

const OFFICE = 'times: [{start_time: "09:00", end_time: "17:00"}], weekdays: ["monday:friday"]'

test.each([
  ['', '2026-01-01T00:00Z', true],
  ['times: [{start_time: "09:00", end_time: "10:00"}]', '2026-01-01T08:59:59.999Z', false],
  ['times: [{start_time: "09:00", end_time: "10:00"}]', '2026-01-01T09:00Z', true],
  ['times: [{start_time: "09:00", end_time: "10:00"}]', '2026-01-01T09:59:59.999Z', true],
  ['times: [{start_time: "09:00", end_time: "10:00"}]', '2026-01-01T10:00Z', false],
  ['times: [{start_time: "23:00", end_time: "24:00"}]', '2026-01-01T23:59:59Z', true],
  ['times: []', '2026-01-01T00:00Z', false], // a list of nothing never holds, a key without a value always
  ['times: ', '2026-01-01T00:00Z', true],
  ['weekdays: [Sunday]', '2026-01-04T12:00Z', true],
  ['weekdays: [Sunday]', '2026-01-05T12:00Z', false],
  ['weekdays: ["sunday:saturday"]', '2026-01-05T12:00Z', true],
  [OFFICE, '2026-01-02T16:59Z', true],
  [OFFICE, '2026-01-03T16:59Z', false],
  ['days_of_month: [1]', '2026-02-01T00:00Z', true],
  ['days_of_month: ["-1"]', '2026-02-28T00:00Z', true],
  ['days_of_month: ["-1"]', '2028-02-28T00:00Z', false],
  ['days_of_month: ["-1"]', '2028-02-29T00:00Z', true],
  ['days_of_month: ["-3:-1"]', '2026-04-28T00:00Z', true],
  ['days_of_month: ["-3:-1"]', '2026-04-27T23:59Z', false],
  ['days_of_month: ["28:31"]', '2026-02-28T00:00Z', true],
  ['days_of_month: ["30:31"]', '2026-02-28T00:00Z', false], // not the 28th, though the month has no 30th
  ['days_of_month: ["5:-5"]', '2026-02-24T00:00Z', true],
  ['days_of_month: ["5:-5"]', '2026-02-25T00:00Z', false],
  ['days_of_month: ["-31:-28"]', '2026-02-01T00:00Z', true],
  ['months: [february]', '2026-02-25T00:00Z', true],
  ['months: ["MAY:8"]', '2026-08-31T23:59Z', true],
  ['months: ["MAY:8"]', '2026-09-01T00:00Z', false],
  ['months: [13]', '2026-09-01T00:00Z', false], // taken, as Alertmanager takes it
  ['years: [2025, "2027:2029"]', '2028-09-01T00:00Z', true],
  ['years: [2025, "2027:2029"]', '2026-09-01T00:00Z', false],
  [
    'times: [{start_time: "09:00", end_time: "10:00"}], location: Europe/Berlin',
    '2026-01-01T08:30Z',
    true,
  ],
  [
    'times: [{start_time: "09:00", end_time: "10:00"}], location: Europe/Berlin',
    '2026-07-01T07:30Z',
    true,
  ],
  [
    'times: [{start_time: "09:00", end_time: "10:00"}], location: Europe/Berlin',
    '2026-07-01T08:30Z',
    false,
  ],
  [
    'times: [{start_time: "00:00", end_time: "01:00"}], location: Asia/Kolkata',
    '2026-01-01T18:30Z',
    true,
  ],
  ['weekdays: [friday], location: Pacific/Auckland', '2026-01-01T12:00Z', true], // a day ahead of UTC
  ['years: [2025], location: America/New_York', '2026-01-01T04:59Z', true],
  ['days_of_month: ["-1"], location: America/New_York', '2026-01-01T04:59Z', true],
  // 02:00 to 03:00 comes twice when the clocks go back, and not at all when they go forward.
  [
    'times: [{start_time: "02:00", end_time: "03:00"}], location: Europe/Berlin',
    '2026-10-25T00:30Z',
    true,
  ],
  [
    'times: [{start_time: "02:00", end_time: "03:00"}], location: Europe/Berlin',
    '2026-10-25T01:30Z',
    true,
  ],
  [
    'times: [{start_time: "02:00", end_time: "03:00"}], location: Europe/Berlin',
    '2026-03-29T01:00Z',
    false,
  ],
])('%j at %s: %j', (keys, time, want) => {
  expect(contains(keys, time)).toBe(want)
})

test('Local is where the process runs', () => {
  const date = new Date(2026, 0, 2, 9, 30)
  expect(contains(`${OFFICE}, location: Local`, date.toISOString())).toBe(true)
  expect(contains(`${OFFICE}, location: Local`, new Date(2026, 0, 2, 8, 30).toISOString())).toBe(
    false,
  )
})

test('of the names of a route those count whose interval holds', () => {
  const always = [{ location: 'UTC' }]
  const intervals = new Map([
    ['always', always],
    ['never', []],
  ])
  expect(intervalsAt(['never', 'always'], intervals, 0)).toEqual(['always'])
})
