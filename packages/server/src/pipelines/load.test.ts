import { PACKS } from '@weir/packs'
import { expect, test } from 'vitest'
import type { MatrixColumns, VectorColumns } from '../query/job.ts'
import { notesBook } from './notes/notes.ts'
import { type OverviewRequest, type OverviewSource, loadOverview } from './load.ts'

const AT = Date.parse('2024-05-01T12:00:07Z')
const SECOND = 1000

/** Remembers what was asked and answers with nothing, or with counts by metric name. */
function recorder(counts: Readonly<Record<string, number>> = {}): OverviewSource & {
  readonly asked: string[]
  readonly grids: Parameters<OverviewSource['matrix']>[1][]
} {
  const asked: string[] = []
  const grids: Parameters<OverviewSource['matrix']>[1][] = []
  return {
    asked,
    grids,
    vector: async (expr): Promise<VectorColumns> => {
      asked.push(expr)
      const labels = Object.keys(counts).map((name) => ['__name__', name])
      return { kind: 'vector', labels, values: Float64Array.from(Object.values(counts)) }
    },
    matrix: async (expr, range): Promise<MatrixColumns> => {
      asked.push(expr)
      grids.push(range)
      const { startMs, endMs, stepMs } = range
      const stepCount = (endMs - startMs) / stepMs + 1
      const values = new Float64Array(0)
      const histograms = new Map()
      return { kind: 'matrix', startMs, stepMs, stepCount, labels: [], values, histograms }
    },
  }
}

const request: OverviewRequest = {
  atMs: AT,
  windowMs: 3_600_000,
  stepCount: 60,
  alerts: [],
  packs: PACKS,
  notes: notesBook([]),
}

test('an overview of the hour that is judged is a query a signal and one for the packs, whatever there is', async () => {
  const source = recorder()
  await loadOverview(source, { ...request, packs: PACKS.filter(({ id }) => id === 'airflow') })
  expect(source.asked.length).toBe(7)
})

test('of another span each signal is asked twice: for the page, and to judge by', async () => {
  const source = recorder()
  await loadOverview(source, { ...request, windowMs: 600_000, packs: [] })
  expect(source.asked.length).toBe(12)
})

test('one pipeline is asked for by name, odd characters quoted', async () => {
  const source = recorder()
  await loadOverview(source, { ...request, only: { system: 'x', pipeline: 'a"b' } })
  expect(source.asked).toEqual(
    expect.arrayContaining([
      'sum by (system, pipeline, stage) (weir_stage_throughput{system="x", pipeline="a\\"b"})',
    ]),
  )
  expect(source.asked.length).toBe(7)
})

test.each([
  ['an hour in 60 steps', 3600, 60, 60, 61],
  ['ten minutes: no step is shorter than the rules are', 600, 60, 15, 41],
  ['an hour in 240 steps', 3600, 240, 15, 241],
  ['a day: steps are whole multiples of the shortest', 86_400, 60, 1440, 61],
  ['an odd window', 1000, 60, 30, 34],
])('%s', async (_what, windowSeconds, stepCount, stepSeconds, steps) => {
  const source = recorder()
  const wanted = { ...request, windowMs: windowSeconds * SECOND, stepCount }
  const { matrices, judged } = await loadOverview(source, wanted)
  const endMs = Date.parse('2024-05-01T12:00:15Z') // 12:00:07, up to a whole 15 s
  const grid = (all: typeof matrices): readonly number[] => {
    const { startMs, stepMs, stepCount: count } = all.backlog
    return [startMs + (count - 1) * stepMs, stepMs, count]
  }
  expect(grid(matrices)).toEqual([endMs, stepSeconds * SECOND, steps])
  expect(grid(judged)).toEqual([endMs, 30_000, 121]) // by the last hour, whatever the window is
})

test('series are counted by the pack whose names they bear', async () => {
  const { metricPrefix } = PACKS[0]!
  const source = recorder({ [`${metricPrefix}a`]: 3, [`${metricPrefix}b_total`]: 4, stranger: 9 })
  const { seriesCounts } = await loadOverview(source, request)
  expect(seriesCounts.get(PACKS[0]!.id)).toBe(7)
})

test('a pack whose names have no beginning in common counts those of its reference', async () => {
  const airflow = PACKS.find(({ id }) => id === 'airflow')!
  const bare = { ...airflow, id: 'bare', metricPrefix: '' }
  const stranger = { ...bare, id: 'stranger', detect: ['not_there'] }
  const custom = PACKS.find(({ id }) => id === 'custom')!
  const source = recorder({ airflow_ti_start: 3, pipeline_stage_backlog: 2, airflow_other: 9 })
  const { seriesCounts } = await loadOverview(source, { ...request, packs: [bare, custom] })
  expect([...seriesCounts]).toEqual([
    ['bare', 3],
    ['custom', 2],
  ])
  expect(source.asked.filter((expr) => expr.includes('__name__')).length).toBe(2)
  // Names that anybody may have tell of no system.
  const others = await loadOverview(source, { ...request, packs: [stranger] })
  expect(others.seriesCounts.get('stranger')).toBe(0)
})

test('names that every program has wake no pack, and those of another pack stay there', async () => {
  const ids = ['flink', 'rudderstack', 'kafka-iceberg']
  const packs = PACKS.filter(({ id }) => ids.includes(id))
  const source = recorder({
    process_cpu_seconds_total: 2,
    flink_jobmanager_job_numRestarts: 5,
    event_delivery: 7,
  })
  const { seriesCounts } = await loadOverview(source, { ...request, packs })
  // RudderStack is awake, and the process may be its transformer's.
  expect(seriesCounts.get('kafka-iceberg')).toBe(0)
  expect(seriesCounts.get('flink')).toBe(5)
  expect(seriesCounts.get('rudderstack')).toBeGreaterThanOrEqual(7)
  const sink = packs.find(({ id }) => id === 'kafka-iceberg')!.detect.at(-1)!
  const again = await loadOverview(recorder({ [sink]: 4 }), { ...request, packs })
  expect([...again.seriesCounts.values()]).toEqual([4, 0, 4])
})
