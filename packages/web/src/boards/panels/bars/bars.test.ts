import type { Field, Frame } from '@weir/boards'
import { describe, expect, test } from 'vitest'
import { niceRange, niceTicks } from './axis.ts'
import { barGroups } from './bar-groups.ts'
import { histogramOf } from './histogram.ts'

const number = (name: string, values: readonly number[]): Field => ({
  name,
  type: 'number',
  values,
  config: {},
})

test.each([
  [{ min: 0, max: 10 }, 5, undefined, [0, 2, 4, 6, 8, 10]],
  [{ min: 0, max: 0.3 }, 3, undefined, [0, 0.1, 0.2, 0.3]],
  [{ min: -5, max: 5 }, 4, undefined, [-5, -2.5, 0, 2.5, 5]],
  [{ min: 0, max: 4096 }, 4, 'bytes', [0, 1024, 2048, 3072, 4096]],
  [{ min: 3, max: 3 }, 4, undefined, [3]],
  [{ min: 0, max: Infinity }, 4, undefined, [0]],
] as const)('ticks of %j, about %d in %s', (range, count, unit, want) => {
  expect(niceTicks(range, count, unit)).toEqual(want)
})

test.each([
  [[3, 9.2], {}, { min: 0, max: 10 }],
  [[-3, 4], {}, { min: -4, max: 4 }],
  [[], {}, { min: 0, max: 1 }],
  [[5], { min: 2, max: 7 }, { min: 2, max: 7 }],
  [[NaN, 8], {}, { min: 0, max: 8 }],
] as const)('the range of %j, given %j', (values, given, want) => {
  expect(niceRange(values, given)).toEqual(want)
})

describe('groups of bars', () => {
  const frame: Frame = {
    refId: 'A',
    length: 2,
    fields: [
      { name: 'pod', type: 'string', values: ['p', 'q'], config: {} },
      number('a', [1, -2]),
      number('b', [3, NaN]),
    ],
  }
  const display = { dark: false, timeZone: 'utc' }
  const bars = (stacking: string) =>
    barGroups(frame, { xField: '', stacking, colorByField: '' }, display)!.groups.map(
      ({ label, bars: own }) => [label, ...own.map(({ from, to, place }) => [from, to, place])],
    )

  test('stand side by side', () => {
    expect(bars('none')).toEqual([
      ['p', [0, 1, 0], [0, 3, 1]],
      ['q', [0, -2, 0]],
    ])
  })

  test('or on each other, those below zero downwards', () => {
    expect(bars('normal')).toEqual([
      ['p', [0, 1, 0], [1, 4, 0]],
      ['q', [0, -2, 0]],
    ])
    expect(bars('percent')).toEqual([
      ['p', [0, 0.25, 0], [0.25, 1, 0]],
      ['q', [0, -1, 0]],
    ])
  })

  test('need a number', () => {
    const words = { ...frame, fields: frame.fields.slice(0, 1) }
    expect(
      barGroups(words, { xField: '', stacking: 'none', colorByField: '' }, display),
    ).toBeUndefined()
  })
})

describe('histograms', () => {
  test('put every value in one bucket', () => {
    const made = histogramOf([number('a', [0, 1, 1.5, 9, NaN])], { size: 2, count: 30, offset: 0 })!
    expect(made.starts).toEqual([0, 2, 4, 6, 8])
    expect(made.counts).toEqual([[3, 0, 0, 0, 1]])
  })

  test('choose round buckets', () => {
    const made = histogramOf([number('a', [0, 97])], { size: undefined, count: 10, offset: 0 })!
    expect([made.size, made.starts.length]).toEqual([10, 10])
  })

  test('of one value, of none, and of what lies worlds apart', () => {
    const options = { size: undefined, count: 30, offset: 0 }
    expect(histogramOf([number('a', [5, 5])], options)!.counts).toEqual([[2]])
    expect(histogramOf([number('a', [NaN])], options)).toBeUndefined()
    const wide = histogramOf([number('a', [0, 1e12])], { size: 1, count: 30, offset: 0 })!
    expect(wide.starts.length).toBeLessThanOrEqual(501)
    expect(wide.counts.flat().reduce((sum, count) => sum + count, 0)).toBe(2)
  })
})
