import type { BacktestVariantView } from '@weir/packs'
import { expect, test } from 'vitest'
import { cellText, unitedSpans, variantName, verdict } from './backtest-text.ts'

const VARIANT: BacktestVariantView = {
  threshold: 0.9,
  forMs: 300_000,
  isAsWritten: true,
  fired: 0,
  firingMs: 0,
  longestMs: 0,
  flaps: 0,
  nights: 0,
  stillFiring: 0,
  noise: 0,
  busy: [],
  firings: [],
  notifications: null,
  failedCount: 0,
  error: '',
}
const DAYS_30 = 30 * 86_400_000
const told = { count: 14, firing: 7, byReceiver: {}, list: [] }

test.each([
  [{}, 'It would not have fired in 30 d.'],
  [{ fired: 1 }, 'It would have fired once in 30 d, nobody woken.'],
  [
    { fired: 9, nights: 1, notifications: told },
    '14 notifications would have been sent in 30 d, 1 night with somebody woken.',
  ],
  [
    { fired: 9, noise: 60 },
    'It would have fired 9 times in 30 d, nobody woken; 60 % of the alerts were over within five minutes.',
  ],
])('%j: %s', (more, text) => expect(verdict({ ...VARIANT, ...more }, DAYS_30)).toBe(text))

test.each([
  [VARIANT, { operator: '>' }, '> 0.9, for 5 min'],
  [{ ...VARIANT, forMs: 0 }, { operator: null }, 'at 0.9, at once'],
  [{ ...VARIANT, threshold: null }, { operator: null }, 'for 5 min'],
])('a variant is called by its numbers', (variant, rule, name) => {
  expect(variantName(variant, rule)).toBe(name)
})

test.each([
  [0, 'nothing fired'],
  [0.001, 'something fired less than 1 % of this time'],
  [0.5, 'something fired 50 % of this time'],
])('a stretch with %d', (share, text) => expect(cellText(share)).toBe(text))

test('alerts that overlap are one stretch; what still fires goes to the end', () => {
  const at = (firedMs: number, endedMs: number | null) => ({
    firedMs,
    endedMs,
    activeMs: 0,
    labels: {},
    value: null,
  })
  expect(unitedSpans([at(50, null), at(0, 10), at(5, 20), at(20, 21)], 60)).toEqual([
    [0, 21],
    [50, 60],
  ])
})
