import { describe, expect, test } from 'vitest'
import type { Target } from '../dashboard.ts'
import type { Frame } from '../frame.ts'
import type { MatrixSeries, QueryResult } from './answer.ts'
import { framesOf } from './frames-of.ts'

function target(more: Partial<Target> = {}): Target {
  return { refId: 'A', expr: 'rate(x[5m])', language: 'promql', ...more }
}

function matrix(...result: MatrixSeries[]): QueryResult {
  return { resultType: 'matrix', result }
}

/** Columns by name, as plain lists. */
function columns(frame: Frame): Record<string, unknown[]> {
  return Object.fromEntries(frame.fields.map((field) => [field.name, [...field.values]]))
}

const JOBS = matrix(
  {
    metric: { __name__: 'up', job: 'a', env: 'x' },
    values: [
      [1, '1'],
      [2, 'NaN'],
    ],
  },
  {
    metric: { __name__: 'up', job: 'b', env: 'x' },
    values: [
      [1, '+Inf'],
      [2, '-Inf'],
    ],
  },
)

describe('time series', () => {
  test('are a frame each', () => {
    const frames = framesOf([{ target: target(), result: JOBS, stepMs: 1000 }])
    expect(frames.map(columns)).toEqual([
      { Time: [1000, 2000], Value: [1, NaN] },
      { Time: [1000, 2000], Value: [Infinity, -Infinity] },
    ])
    expect(frames[0]!.fields[0]!.config).toEqual({ interval: 1000 })
    expect(frames[0]!.fields[1]!.values).toBeInstanceOf(Float64Array)
  })

  test.each([
    [undefined, ['up{env="x", job="a"}', 'up{env="x", job="b"}']],
    ['{{job}} of {{ env }}{{nothing}}', ['a of x', 'b of x']],
    ['$all', ['*all*', '*all*']],
    ['__auto', ['a', 'b']],
  ] as const)('are named by %s', (legendFormat, want) => {
    const answers = [
      { target: target(legendFormat === undefined ? {} : { legendFormat }), result: JOBS },
    ]
    const frames = framesOf(answers, (format) => format.replace('$all', '*all*'))
    expect(frames.map((frame) => frame.fields[1]!.displayName)).toEqual(want)
  })

  test.each([
    [[{}], ['rate(x[5m])']],
    [[{ job: 'a' }], ['{job="a"}']],
    [[{ __name__: 'up', job: 'a' }], ['up']],
    [
      [{}, { job: 'a' }],
      ['rate(x[5m])', 'a'],
    ],
    [
      [
        { a: '1', b: '2', c: '3' },
        { a: '2', b: '3', c: '3' },
      ],
      ['{a="1", b="2"}', '{a="2", b="3"}'],
    ],
  ] as const)('are named automatically: %j', (labels, want) => {
    const series = labels.map((metric): MatrixSeries => ({ metric, values: [[1, '1']] }))
    const frames = framesOf([
      { target: target({ legendFormat: '__auto' }), result: matrix(...series) },
    ])
    expect(frames.map((frame) => frame.name)).toEqual(want)
  })

  test('of instants, numbers and texts', () => {
    const vector: QueryResult = {
      resultType: 'vector',
      result: [{ metric: { a: 'b' }, value: [1.5, '2'] }],
    }
    expect(framesOf([{ target: target(), result: vector }]).map(columns)).toEqual([
      { Time: [1500], Value: [2] },
    ])
    const scalar: QueryResult = { resultType: 'scalar', result: [1, '3'] }
    expect(framesOf([{ target: target(), result: scalar }]).map(columns)).toEqual([
      { Time: [1000], Value: [3] },
    ])
    const text: QueryResult = { resultType: 'string', result: [1, 'v1.2'] }
    expect(framesOf([{ target: target(), result: text }]).map(columns)).toEqual([
      { Time: [1000], Value: ['v1.2'] },
    ])
  })
})

describe('tables', () => {
  const result: QueryResult = {
    resultType: 'vector',
    result: [
      { metric: { job: 'a', zone: 'n' }, value: [1, '1'] },
      { metric: { job: 'b' }, value: [1, '2'] },
    ],
  }

  test('have a row a series and a column a label', () => {
    const [frame] = framesOf([{ target: target({ format: 'table' }), result }])
    expect(columns(frame!)).toEqual({
      Time: [1000, 1000],
      job: ['a', 'b'],
      zone: ['n', ''],
      Value: [1, 2],
    })
    expect(frame!.fields.map(({ name }) => name)).toEqual(['Time', 'job', 'zone', 'Value'])
  })

  test('of several queries say whose value it is', () => {
    const of = (refId: string) => ({ target: target({ refId, format: 'table' }), result })
    const frames = framesOf([of('A'), of('B')])
    expect(frames.map((frame) => frame.fields.at(-1)!.name)).toEqual(['Value #A', 'Value #B'])
  })

  test('of nothing are empty, not absent', () => {
    const frames = framesOf([{ target: target({ format: 'table' }), result: matrix() }])
    expect(frames.map(({ length }) => length)).toEqual([0])
  })
})

describe('heatmaps', () => {
  test('de-accumulate buckets, sorted, for each set of other labels', () => {
    const bucket = (le: string, path: string, ...values: string[]): MatrixSeries => ({
      metric: { le, path },
      values: values.map((value, index) => [index, value] as const),
    })
    const result = matrix(
      bucket('+Inf', '/', '10', '20'),
      bucket('0.5', '/', '4', '4'),
      bucket('1', '/', '4.0000000001', '14'),
      bucket('+Inf', '/b', '1'),
    )
    const frames = framesOf([{ target: target({ format: 'heatmap' }), result }])
    expect(frames.map(columns)).toEqual([
      {
        Time: [0, 1000],
        '0.5': [4, 4],
        1: [0, 10],
        '+Inf': [6 - 1e-10, 6].map((n) => expect.closeTo(n, 6)),
      },
      { Time: [0], '+Inf': [1] },
    ])
    expect(frames[0]!.fields.map(({ name }) => name)).toEqual(['Time', '0.5', '1', '+Inf'])
  })

  test('of native histograms are cells', () => {
    const result = matrix({
      metric: { job: 'a' },
      histograms: [
        [
          1,
          {
            count: '3',
            sum: '4',
            buckets: [
              [0, '1', '2', '1'],
              [0, '2', '4', '2'],
            ],
          },
        ],
      ],
    })
    expect(framesOf([{ target: target(), result }]).map(columns)).toEqual([
      { xMax: [1000, 1000], yMin: [1, 2], yMax: [2, 4], count: [1, 2] },
    ])
  })
})

test('lines of a log keep their labels and nanoseconds', () => {
  const result: QueryResult = {
    resultType: 'streams',
    result: [{ stream: { app: 'x' }, values: [['1700000000123456789', 'hello']] }],
  }
  expect(framesOf([{ target: target({ language: 'logql' }), result }]).map(columns)).toEqual([
    {
      Time: [1700000000123],
      Line: ['hello'],
      labels: [{ app: 'x' }],
      tsNs: ['1700000000123456789'],
    },
  ])
})
