import type { Frame } from '@weir/boards'
import { describe, expect, test } from 'vitest'
import { cellsOf } from './cells.ts'

function frame(
  times: readonly number[],
  columns: Readonly<Record<string, readonly number[]>>,
): Frame {
  return {
    refId: 'A',
    length: times.length,
    fields: [
      { name: 'Time', type: 'time', values: Float64Array.from(times), config: { interval: 1000 } },
      ...Object.entries(columns).map(([name, values]) => ({
        name,
        type: 'number' as const,
        values: Float64Array.from(values),
        config: {},
      })),
    ],
  }
}

const shape = (cells: ReturnType<typeof cellsOf>): unknown =>
  cells === undefined
    ? undefined
    : [cells.bounds, cells.columnCount, [...cells.counts], cells.rowNames]

describe('cells of a heatmap', () => {
  test.each<[string, readonly Frame[], Readonly<Record<string, unknown>>, unknown]>([
    [
      'buckets, in order of their bounds, a missing time left empty',
      [frame([0, 2000], { '10': [1, 2], '+Inf': [3, 4], '2.5': [5, NaN] })],
      {},
      [[0, 2.5, 10, Infinity], 3, [5, 1, 3, 0, 0, 0, 0, 2, 4], undefined],
    ],
    [
      'buckets of two frames are added up',
      [frame([0], { '1': [1] }), frame([0], { '1': [2], '2': [3] })],
      {},
      [[0, 1, 2], 1, [3, 3], undefined],
    ],
    [
      'names that are no bounds',
      [frame([0], { web: [1] }), frame([0], { api: [2] })],
      {},
      [[0, 1, 2], 1, [1, 2], ['web', 'api']],
    ],
    ['nothing', [], {}, undefined],
  ])('%s', (_, frames, options, want) => {
    expect(shape(cellsOf(frames, [], options))).toEqual(want)
  })

  test('values are counted between bounds that span them all', () => {
    const cells = cellsOf(
      [frame([0, 1000], { a: [0, 24] }), frame([0, 1000], { b: [0, 0.5] })],
      [],
      {
        calculate: true,
      },
    )!
    expect([cells.bounds.length, cells.bounds[0], cells.bounds.at(-1)]).toEqual([25, 0, 24])
    expect([cells.counts[0], cells.counts[24], cells.counts[47], cells.most]).toEqual([2, 1, 1, 2])
  })

  test('native histograms come from the answer itself', () => {
    const histograms = [[0, { count: '3', sum: '4', buckets: [[0, '1', '2', '3']] }]]
    const answer = {
      refId: 'A',
      target: { refId: 'A', expr: '', language: 'promql' },
      result: { resultType: 'matrix', result: [{ metric: {}, histograms }] },
      stepMs: 1000,
      shiftMs: 0,
    } as never
    expect(shape(cellsOf([], [answer], {}))).toEqual([[1, 2], 1, [3], undefined])
  })
})
