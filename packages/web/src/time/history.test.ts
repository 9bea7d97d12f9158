import type { SignalView } from '@weir/packs'
import { expect, test } from 'vitest'
import { fittingWindow, historyMs, shownCount } from './history.ts'

const MINUTE_MS = 60_000

function signal(values: readonly (number | null)[]): SignalView {
  return {
    kind: 'errors',
    value: null,
    unit: 'errors/s',
    startMs: 0,
    stepMs: 1000,
    values,
    expr: '',
    also: [],
  }
}

test.each<[string, readonly (readonly (number | null)[])[], number]>([
  ['nothing', [], 0],
  ['only gaps', [[null, null]], 0],
  ['the newest alone', [[null, null, 5]], 0],
  ['the longest of all', [[null, null, 5], [null, 1, null], []], 1000],
  ['zero is a value', [[0, null, null]], 2000],
])('history of %s', (_, lines, want) => {
  expect(historyMs(lines.map(signal))).toBe(want)
})

test.each<[string | undefined, number, string]>([
  [undefined, 0, '5m'],
  [undefined, 4, '5m'],
  [undefined, 5, '15m'],
  [undefined, 14, '1h'],
  [undefined, 59, '1h'],
  ['5m', 4.6, '15m'],
  ['15m', 1, '15m'],
  ['15m', 14, '1h'],
  ['1h', 0, '1h'],
])('settled on %s, %d min of history: %s', (settled, minutes, want) => {
  expect(fittingWindow(settled, minutes * MINUTE_MS)).toBe(want)
})

test.each([
  ['a full window', 60, 59, 60],
  ['a little more than half', 60, 31, 60],
  ['a quarter', 60, 15, 16],
  ['the newest alone', 60, 0, 2],
])('%s shows its part', (_, count, steps, want) => {
  expect(shownCount(count, 5000, steps * 5000)).toBe(want)
})
