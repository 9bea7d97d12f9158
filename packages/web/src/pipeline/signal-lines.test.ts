import type { SignalView } from '@weir/packs'
import { expect, test } from 'vitest'
import { signalLines } from './signal-lines.ts'

const signal: SignalView = {
  kind: 'errors',
  value: 4,
  unit: 'errors/s',
  startMs: 100_000,
  stepMs: 10_000,
  values: [1, 2, null, 4],
  expr: 'e',
  also: [
    { name: 'ratio', value: 0.1, values: [0, 0, 0, 0.1] },
    { name: 'p99', value: 9, values: [6, 7, 8, 9] },
  ],
}
const all = { shown: 4, zoom: undefined, before: undefined }

test('a ratio is no line, a week ago is', () => {
  const { names, x, ys } = signalLines('Errors', signal, { ...all, before: [3, 3, 3, 3] })
  expect(names).toEqual(['Errors', 'p99', 'last week'])
  expect(x).toEqual([100, 110, 120, 130])
  expect(ys).toEqual([
    [1, 2, null, 4],
    [6, 7, 8, 9],
    [3, 3, 3, 3],
  ])
})

test.each([
  ['the newest', { ...all, shown: 2 }, [120, 130]],
  ['a stretch', { ...all, zoom: { from: 105, to: 121 } }, [110, 120]],
  [
    'a stretch counts more than how many',
    { shown: 1, zoom: { from: 0, to: 111 }, before: undefined },
    [100, 110],
  ],
])('%s', (_what, wish, want) => expect(signalLines('E', signal, wish).x).toEqual(want))

test('small rates are told by the minute, all lines alike', () => {
  const slow = { ...signal, values: [0.02, 0.02, 0.02, 0.02], also: [] }
  const { unit, ys, factor } = signalLines('E', slow, all)
  expect([unit, factor, ys[0]![0]]).toEqual(['errors/min', 60, 1.2])
})
