import { Labels, SampleColumns } from '@weir/model'
import { MemoryQueryable } from '@weir/promql'
import { describe, expect, test } from 'vitest'
import { evaluateMatrix, evaluateVector, executeJob } from './execute.ts'
import type { MetricSource, QueryJob } from './job.ts'

function sourceOf(count: number): MetricSource {
  const memory = new MemoryQueryable()
  for (let i = 0; i < count; i++) {
    const columns = new SampleColumns()
    // The second series ends early, so that the grid has a hole.
    for (let k = 0; k <= (i === 1 ? 2 : 8); k++) columns.push(k * 60_000, i * 100 + k)
    memory.add(Labels.of({ __name__: 'x', i: String(i) }), columns)
  }
  return Object.assign(memory, { metadata: () => new Map() })
}

const text = (bytes: Uint8Array): unknown => JSON.parse(new TextDecoder().decode(bytes))

describe('for callers in this process', () => {
  test('an instant vector comes as columns that can be posted', () => {
    const columns = evaluateVector({ kind: 'vector', expr: 'x', timeMs: 60_000 }, sourceOf(2))
    const copy = structuredClone(columns)
    const lines = copy.labels.map((labels, i) => `${labels.join()} ${copy.values[i]}`)
    expect(lines.toSorted()).toEqual(['__name__,x,i,0 1', '__name__,x,i,1 101'])
  })

  test('a scalar is one series without labels', () => {
    const { labels, values } = evaluateVector(
      { kind: 'vector', expr: '1+1', timeMs: 0 },
      sourceOf(0),
    )
    expect([labels, [...values]]).toEqual([[[]], [2]])
  })

  test.each(['"text"', 'x[5m]'])('%s is refused', (expr) => {
    const job = { kind: 'vector', expr, timeMs: 0 } as const
    expect(() => evaluateVector(job, sourceOf(1))).toThrow(/want an instant vector or a scalar/)
  })

  test('a matrix lies on its grid, NaN where there is nothing', () => {
    const matrix = evaluateMatrix(
      {
        kind: 'matrix',
        expr: 'x',
        startMs: 60_000,
        endMs: 290_000,
        stepMs: 60_000,
        limits: { lookbackMs: 60_000 },
      },
      sourceOf(2),
    )
    const { labels, values, stepCount } = structuredClone(matrix)
    expect(stepCount).toBe(4)
    expect(labels).toEqual([
      ['__name__', 'x', 'i', '0'],
      ['__name__', 'x', 'i', '1'],
    ])
    expect([...values]).toEqual([1, 2, 3, 4, 101, 102, Number.NaN, Number.NaN])
  })
})

describe('as JSON', () => {
  const instant = { kind: 'instant', timeMs: 60_000, limit: 0, stats: '' } as const

  test('a cancelled query says so', () => {
    const { status, body } = executeJob({ ...instant, expr: 'sum(x)' }, sourceOf(50), {
      isCancelled: () => true,
    })
    expect(status).toBe(499)
    expect(text(body)).toMatchObject({ status: 'error', errorType: 'canceled' })
  })

  test('an answer that is too long is refused', () => {
    const limits = { answerBytesMax: 200 }
    const job: QueryJob = { ...instant, expr: 'x', limits }
    const { status, body } = executeJob(job, sourceOf(50))
    expect(status).toBe(422)
    expect(text(body)).toMatchObject({ errorType: 'execution' })
  })

  test('too many samples are refused', () => {
    const span = { startMs: 0, endMs: 480_000, stepMs: 60_000 }
    const limits = { maxSamples: 10 }
    const job: QueryJob = { ...instant, ...span, kind: 'range', expr: 'x', limits }
    expect(executeJob(job, sourceOf(50)).status).toBe(422)
  })

  test('a query is taken apart and laid out', () => {
    const tree = executeJob({ kind: 'parseQuery', as: 'tree', expr: '-x' }, sourceOf(0))
    expect(text(tree.body)).toMatchObject({
      data: { type: 'unaryExpr', op: '-', expr: { type: 'vectorSelector', name: 'x' } },
    })
    const layout = executeJob({ kind: 'formatQuery', expr: 'sum(x)by(a)' }, sourceOf(0))
    expect(text(layout.body)).toEqual({ status: 'success', data: 'sum by (a) (x)' })
  })

  test('the body owns its buffer, so that it can be transferred', () => {
    const { body } = executeJob({ ...instant, expr: 'x' }, sourceOf(2))
    expect(body.buffer.byteLength).toBe(body.length)
    structuredClone(body, { transfer: [body.buffer] })
    expect(body.length).toBe(0)
  })

  test('our own mistakes are not dressed up as an answer', () => {
    const source = { ...sourceOf(0), metadata: () => null as never }
    const job: QueryJob = { kind: 'metadata', metric: '', limit: -1, limitPerMetric: -1 }
    expect(() => executeJob(job, source)).toThrow(TypeError)
  })
})
