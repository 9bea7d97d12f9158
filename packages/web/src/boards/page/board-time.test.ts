import { describe, expect, test } from 'vitest'
import {
  boardTime,
  quickTimes,
  refreshMs,
  refreshSpans,
  timeWords,
  zoneName,
} from './board-time.ts'

const NOW = Date.parse('2026-11-27T14:05:09Z')
const iso = (ms: number): string => new Date(ms).toISOString().slice(0, 16)

test.each([
  ['now-6h', 'now', '', '2026-11-27T08:05', '2026-11-27T14:05'],
  ['now-1d/d', 'now-1d/d', '', '2026-11-26T00:00', '2026-11-26T23:59'],
  ['now-1h', 'now', '5m', '2026-11-27T13:00', '2026-11-27T14:00'],
  ['now', 'now-1h', '', '2026-11-27T13:05', '2026-11-27T14:05'],
  ['soon', 'now', '', '2026-11-27T13:05', '2026-11-27T14:05'],
])('%s to %s, %s late', (from, to, delay, begin, end) => {
  const time = boardTime({ from, to }, NOW, 'utc', delay)
  expect([iso(time.fromMs), iso(time.toMs), time.isAbsolute]).toEqual([begin, end, false])
})

test.each([
  ['now-6h', 'now', 'Last 6 hours'],
  ['now-1d', 'now', 'Last 1 day'],
  ['now-1d/d', 'now-1d/d', 'Yesterday'],
  ['1795774800000', '1795781100000', '27 Nov, 10:20 – 27 Nov, 12:05'],
])('%s to %s is called %s', (from, to, want) => {
  expect(timeWords(boardTime({ from, to }, NOW, 'utc'), 'UTC')).toBe(want)
})

describe('what a board offers', () => {
  test('its own spans, odd ones left out', () => {
    const words = quickTimes({ time_options: ['10m', 'now', '2y'] }).map((one) => one.words)
    expect(words.slice(0, 3)).toEqual(['Last 10 minutes', 'Last 2 years', 'Today so far'])
  })

  test.each([
    [['7s', 'x'], ['7s']],
    [[], ['5s', '10s', '30s', '1m', '5m', '15m', '30m', '1h']],
  ])('refreshed each %j', (given, want) => {
    const timepicker = { refresh_intervals: given }
    expect(refreshSpans({ timepicker } as never)).toEqual(want)
  })

  test.each([
    ['10s', 10_000],
    ['', undefined],
    ['0s', undefined],
    ['10ms', 1000],
    ['auto', 21_600],
  ])('refreshed by %j', (text, want) => {
    expect(refreshMs(text, boardTime({ from: 'now-6h', to: 'now' }, NOW, 'utc'), 1000)).toBe(want)
  })
})

test('zones', () => {
  const own = Intl.DateTimeFormat().resolvedOptions().timeZone
  const names = ['utc', 'Europe/Berlin', 'browser', '', 'Nowhere/Land'].map(zoneName)
  expect(names).toEqual(['UTC', 'Europe/Berlin', own, own, own])
})
