import { expect, test } from 'vitest'
import { agoText, inputTime, spanText } from './clock-text.ts'

const SECOND = 1000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE

test.each([
  [0, '0 s'],
  [-5, '0 s'],
  [9 * SECOND, '9 s'],
  [61 * SECOND, '1 min 1 s'],
  [14 * MINUTE + 20 * SECOND, '14 min'],
  [2 * HOUR, '2 h'],
  [25 * HOUR + MINUTE, '25 h 1 min'],
  [76 * HOUR, '3 d 4 h'],
  [20 * 24 * HOUR + HOUR, '20 d'],
])('spanText(%d) is %j', (ms, want) => expect(spanText(ms)).toBe(want))

test.each([
  [0, 'just now'],
  [-14 * MINUTE, '14 min ago'],
  [30 * SECOND, 'in 30 s'],
])('agoText(%d) is %j', (ms, want) => expect(agoText(ms, 0)).toBe(want))

test('a date-time input gets back what it means', () => {
  const ms = 1_800_000_000_000 - (1_800_000_000_000 % MINUTE)
  expect(new Date(inputTime(ms)).getTime()).toBe(ms)
})
