import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  durationMs,
  durationText,
  endMs,
  rangeText,
  resolveRange,
  shifted,
  stepSeconds,
  zoomed,
} from './range.ts'

const NOW = 1_800_000_000_000
const HOUR = 3_600_000

test.each([
  ['1h', HOUR],
  ['1h30m', 1.5 * HOUR],
  ['90s', 90_000],
  ['2d', 48 * HOUR],
  ['500ms', 500],
  ['0s', undefined],
  ['', undefined],
  ['1', undefined],
  ['-1h', undefined],
  ['1h ', undefined],
  ['h1', undefined],
])('durationMs(%j) is %j', (text, want) => expect(durationMs(text)).toBe(want))

test('durationText and durationMs undo each other', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 10 ** 12 }), (ms) => durationMs(durationText(ms)) === ms),
  )
})

test.each([
  ['now', NOW],
  ['now-1h', NOW - HOUR],
  ['1700000000000', 1_700_000_000_000],
  ['now-', undefined],
  ['yesterday', undefined],
  ['now+1h', undefined],
])('endMs(%j) is %j', (end, want) => expect(endMs(end, NOW)).toBe(want))

test.each([
  [{ from: 'now-6h', to: 'now' }, NOW - 6 * HOUR, NOW],
  [{ from: '5', to: '10' }, 5, 10],
  [{ from: '10', to: '5' }, NOW - HOUR, NOW], // upside down
  [{ from: 'x', to: 'now' }, NOW - HOUR, NOW],
])('resolveRange(%j) is %d…%d', (range, fromMs, toMs) =>
  expect(resolveRange(range, NOW)).toEqual({ fromMs, toMs }),
)

test.each([
  [{ from: 'now-1h', to: 'now' }, 'Last 1 hour'],
  [{ from: 'now-95m', to: 'now' }, 'Last 95m'],
  [{ from: '5', to: '10' }, '<5> – <10>'],
  [{ from: '5', to: 'now' }, '<5> – now'],
])('rangeText(%j) is %j', (range, want) => expect(rangeText(range, (ms) => `<${ms}>`)).toBe(want))

test.each([
  [HOUR, 10],
  [15 * 60_000, 5],
  [24 * HOUR, 300],
  [30 * 24 * HOUR, 7200],
  [1000, 1],
])('a range of %d ms is asked every %d s', (width, want) =>
  expect(stepSeconds(NOW - width, NOW)).toBe(want),
)

test('zooming out keeps the middle unless that lies in the future', () => {
  expect(zoomed({ from: '1000', to: '2000' }, NOW, 2)).toEqual({ from: '500', to: '2500' })
  expect(zoomed({ from: 'now-1h', to: 'now' }, NOW, 2)).toEqual({
    from: String(NOW - 2 * HOUR),
    to: String(NOW),
  })
})

test('shifting stops at now', () => {
  expect(shifted({ from: '1000', to: '2000' }, NOW, -1)).toEqual({ from: '500', to: '1500' })
  expect(shifted({ from: 'now-1h', to: 'now' }, NOW, 1)).toEqual({
    from: String(NOW - HOUR),
    to: String(NOW),
  })
})
