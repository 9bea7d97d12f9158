import type { Field, Frame } from '@weir/boards'
import { expect, test } from 'vitest'
import { seriesTable } from './series-table.ts'

interface Given {
  readonly times?: readonly number[]
  readonly values: readonly (number | null)[]
  readonly custom?: Readonly<Record<string, unknown>>
  readonly step?: number
  readonly nullValueMode?: string
}

function frame(name: string, { times, values, custom = {}, step, nullValueMode }: Given): Frame {
  const at = times ?? values.map((_, i) => i * 1000)
  const time: Field = {
    name: 'Time',
    type: 'time',
    values: Float64Array.from(at),
    config: step === undefined ? {} : { interval: step },
  }
  const value: Field = {
    name,
    type: 'number',
    values,
    config: { custom, ...(nullValueMode === undefined ? {} : { nullValueMode }) },
  }
  return { refId: 'A', fields: [time, value], length: values.length }
}

const drawn = (...frames: Frame[]): unknown[] =>
  seriesTable(frames).series.map((series) => series.drawn)

test('series of other times share one column of times', () => {
  const table = seriesTable([
    frame('a', { times: [1000, 3000], values: [1, 3] }),
    frame('b', { times: [2000, 3000], values: [2, NaN] }),
  ])
  expect(table.x).toEqual([1, 2, 3])
  expect(table.series.map(({ values }) => values)).toEqual([
    [1, null, 3],
    [null, 2, null],
  ])
})

test.each([
  [undefined, [1, null, 3], false],
  ['null', [1, null, 3], false],
  ['null as zero', [1, 0, 3], false],
  ['connected', [1, null, 3], true],
])('nullValueMode %s of old boards', (nullValueMode, values, isJoined) => {
  const given = { values: [1, null, 3], ...(nullValueMode === undefined ? {} : { nullValueMode }) }
  const [series] = seriesTable([frame('a', given)]).series
  expect(series!.drawn).toEqual(values)
  expect(series!.style.spanNulls).toBe(isJoined)
  const [own] = seriesTable([frame('a', { ...given, custom: { spanNulls: false } })]).series
  expect(own!.style.spanNulls).toBe(false)
})

test('a step that all of them miss is a gap', () => {
  const table = seriesTable([
    frame('a', { times: [0, 1000, 5000, 6000], values: [1, 1, 1, 1], step: 1000 }),
  ])
  expect(table.x).toEqual([0, 1, 2, 5, 6])
  expect(table.series[0]!.values).toEqual([1, 1, null, 1, 1])
})

test.each<[string, Readonly<Record<string, unknown>>, unknown]>([
  [
    'not at all',
    {},
    [
      [1, 2],
      [3, null],
      [5, 6],
    ],
  ],
  [
    'upon each other',
    { stacking: { mode: 'normal' } },
    [
      [1, 2],
      [4, null],
      [9, 8],
    ],
  ],
  [
    'in percent',
    { stacking: { mode: 'percent' } },
    [
      [1 / 9, 0.25],
      [4 / 9, null],
      [1, 1],
    ],
  ],
  [
    'upside down',
    { transform: 'negative-Y' },
    [
      [-1, -2],
      [-3, null],
      [-5, -6],
    ],
  ],
  [
    'level',
    { transform: 'constant' },
    [
      [1, 1],
      [3, 3],
      [5, 5],
    ],
  ],
])('three series %s', (_, custom, want) => {
  const all = [
    [1, 2],
    [3, null],
    [5, 6],
  ].map((values, i) => frame(`${i}`, { values, custom }))
  expect(drawn(...all)).toEqual(want)
})

test('groups, and what is below the axis, are stacks of their own', () => {
  const of = (group: string, transform?: string): Given => ({
    values: [1],
    custom: { stacking: { mode: 'normal', group }, transform },
  })
  const table = seriesTable([
    frame('in 1', of('A')),
    frame('out 1', of('A', 'negative-Y')),
    frame('other', of('B')),
    frame('in 2', of('A')),
    frame('out 2', of('A', 'negative-Y')),
  ])
  expect(table.series.map((series) => [series.drawn[0], series.standsOn])).toEqual([
    [1, -1],
    [-1, -1],
    [1, -1],
    [2, 0],
    [-2, 1],
  ])
})

test('odd options are as none', () => {
  const custom = {
    lineWidth: 'thick',
    stacking: 7,
    lineStyle: null,
    spanNulls: 'x',
    fillOpacity: -4,
  }
  const [series] = seriesTable([frame('a', { values: [1], custom })]).series
  expect(series!.style).toMatchObject({ width: 1, fill: 0, stack: 'none', spanNulls: false })
})
