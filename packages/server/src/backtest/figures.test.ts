import { expect, test } from 'vitest'
import { busyShares, figuresOf, nightsOf, united } from './figures.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const span = (from: number, to: number | null): { firedMs: number; endedMs: number | null } => ({
  firedMs: from * MINUTE,
  endedMs: to === null ? null : to * MINUTE,
})

test.each([
  ['nothing', [], { fired: 0, firingMs: 0, longestMs: 0, flaps: 0 }],
  ['one', [span(0, 7)], { fired: 1, firingMs: 7 * MINUTE, longestMs: 7 * MINUTE, flaps: 0 }],
  ['one that was over soon', [span(0, 4.9)], { fired: 1, flaps: 1 }],
  ['five minutes are no flap', [span(0, 5)], { flaps: 0 }],
  [
    'two at a time count their time once',
    [span(5, 20), span(0, 10)],
    { fired: 2, firingMs: 20 * MINUTE, longestMs: 15 * MINUTE },
  ],
  [
    'what fires still goes to the end, and is no flap',
    [span(58, null)],
    { firingMs: 2 * MINUTE, longestMs: 2 * MINUTE, flaps: 0 },
  ],
])('figures of %s', (_what, spans, wanted) => {
  const figures = figuresOf(spans, [], { endMs: HOUR, timeZone: 'UTC' })
  expect(figures).toMatchObject(wanted)
})

test('spans that touch are one', () => {
  expect(united([span(3, 4), span(0, 1), span(1, 2)], HOUR)).toEqual([
    [0, 2 * MINUTE],
    [3 * MINUTE, 4 * MINUTE],
  ])
})

test.each([
  ['a night begins at 22', ['2026-11-27T21:59:59Z'], 'UTC', 0],
  ['and ends at 7', ['2026-11-27T22:00:00Z', '2026-11-28T06:59:59Z'], 'UTC', 1],
  ['in the morning it is day', ['2026-11-28T07:00:00Z'], 'UTC', 0],
  ['two nights', ['2026-11-28T06:00:00Z', '2026-11-28T23:00:00Z'], 'UTC', 2],
  ['where people are', ['2026-11-28T21:30:00Z'], 'Europe/Berlin', 1],
  ['and sleep', ['2026-11-28T06:30:00Z'], 'Europe/Berlin', 0],
])('%s', (_what, times, zone, nights) => {
  expect(nightsOf(times.map(Date.parse), zone)).toBe(nights)
})

test('shares of time with something firing', () => {
  const range = { startMs: 0, endMs: HOUR }
  expect(busyShares([span(0, 15), span(5, 10), span(45, null)], range, 4)).toEqual([1, 0, 0, 1])
  expect(busyShares([span(10, 20)], range, 4)).toEqual([0.3333, 0.3333, 0, 0])
  expect(busyShares([], range, 3)).toEqual([0, 0, 0])
})
