import { expect, test } from 'vitest'
import { calendarDays } from './calendar-days.ts'

test('four weeks from Monday, each day with what touches it', () => {
  const at = (day: number, hour: number): number => new Date(2026, 9, day, hour).getTime()
  const now = at(21, 15) // a Wednesday, in the week in which clocks change in Europe
  const days = calendarDays([{ id: 'm', startMs: at(24, 22), endMs: at(25, 2) }], now)
  expect(days).toHaveLength(28)
  expect(days.every(({ startMs }) => new Date(startMs).getHours() === 0)).toBe(true)
  expect(new Date(days[0]!.startMs).getDay()).toBe(1)
  expect(days.flatMap(({ times }, i) => times.map(() => i))).toEqual([5, 6])
})
