import type { ActiveAlertView } from '@weir/alerting'
import { type Health, PACKS } from '@weir/packs'
import { describe, expect, test } from 'vitest'
import type { MatrixColumns } from '../query/job.ts'
import { pipelineNotes } from './notes/config.ts'
import { notesBook } from './notes/notes.ts'
import { type OverviewInput, buildDetail, buildOverview } from './overview.ts'
import { STAGE_SERIES, type StageMatrices, type StageSeries } from './stage-table.ts'

const STEP = 60_000
const STEPS = 61
const AT = 1_700_000_040_000
const _ = Number.NaN

/** `airflow/etl/task[0.95]` → labels; the values are the last ones of the grid, `_` where there is none. */
type Rows = Readonly<Partial<Record<StageSeries, Readonly<Record<string, readonly number[]>>>>>

function matricesOf(rows: Rows): StageMatrices {
  const matrix = (kind: StageSeries): MatrixColumns => {
    const lines = Object.entries(rows[kind] ?? {})
    const values = new Float64Array(lines.length * STEPS).fill(Number.NaN)
    for (const [i, [, last]] of lines.entries()) values.set(last, (i + 1) * STEPS - last.length)
    const labels = lines.map(([path]) => {
      const [, system, pipeline, stage, quantile] = /^(.*)\/(.*)\/(.*?)(?:\[(.*)\])?$/.exec(path)!
      const flat = ['pipeline', pipeline!, 'stage', stage!, 'system', system!]
      return quantile === undefined ? flat : ['quantile', quantile, ...flat]
    })
    return {
      kind: 'matrix',
      startMs: AT - 3_600_000,
      stepMs: STEP,
      stepCount: STEPS,
      labels,
      values,
      histograms: new Map(),
    }
  }
  return Object.fromEntries(
    STAGE_SERIES.map((kind) => [kind, matrix(kind)]),
  ) as unknown as StageMatrices
}

function inputOf(rows: Rows, alerts: readonly ActiveAlertView[] = []): OverviewInput {
  const matrices = matricesOf(rows)
  const seriesCounts = new Map([['airflow', 12]])
  const own = { notes: notesBook([]), toldEdges: new Map(), judged: matrices }
  return { atMs: AT, windowMs: 3_600_000, matrices, alerts, packs: PACKS, seriesCounts, ...own }
}

function alert(
  state: 'firing' | 'pending',
  severity: string,
  summary: string,
  { pipeline = 'etl', minutesAgo = 1 } = {},
): ActiveAlertView {
  return {
    labels: { alertname: 'A', severity, system: 'x', pipeline },
    annotations: { summary, runbook_url: '/docs/x#a' },
    state,
    activeAt: new Date(AT - minutesAgo * 60_000).toISOString(),
    value: '1e+00',
  }
}

/** `count` steps of one value, then the others. */
const run = (value: number, count: number, ...then: number[]): number[] => [
  ...new Array<number>(count).fill(value),
  ...then,
]

describe('health and reason', () => {
  const flows: Rows = { throughput: { 'x/etl/sink': run(5, 61) } }
  const cases: [string, Rows, ActiveAlertView[], Health, string][] = [
    ['data flows', flows, [], 'healthy', 'on time'],
    [
      'a critical alert fires',
      flows,
      [alert('firing', 'critical', '2 task failures in the last 5 min: load')],
      'failing',
      '2 task failures in the last 5 min: load',
    ],
    ['so does one of severity error', flows, [alert('firing', 'error', 'E')], 'failing', 'E'],
    ['a warning fires', flows, [alert('firing', 'warning', 'slow')], 'degraded', 'slow'],
    [
      'a critical one is only pending',
      flows,
      [alert('pending', 'critical', 'lag')],
      'degraded',
      'lag (not for long enough to alert)',
    ],
    [
      'several: the gravest speaks',
      flows,
      [
        alert('pending', 'critical', 'p'),
        alert('firing', 'warning', 'w'),
        alert('firing', 'critical', 'c'),
      ],
      'failing',
      'c, and 2 more',
    ],
    [
      'several equals: the oldest speaks',
      flows,
      [alert('firing', 'warning', 'new'), alert('firing', 'warning', 'old', { minutesAgo: 9 })],
      'degraded',
      'old, and 1 more',
    ],
    [
      'nothing came for a while',
      { throughput: { 'x/etl/sink': run(5, 47, ...run(_, 14)) } },
      [],
      'silent',
      'nothing for 14 min',
    ],
    [
      'one stage still talks',
      { throughput: { 'x/etl/sink': run(5, 47, ...run(_, 14)) }, backlog: { 'x/etl/source': [3] } },
      [],
      'healthy',
      'idle for 14 min',
    ],
    [
      'a gap of two steps is no silence yet',
      { throughput: { 'x/etl/sink': run(5, 59, _, _) } },
      [],
      'healthy',
      'on time',
    ],
    [
      'it rests',
      { throughput: { 'x/etl/sink': run(5, 31, ...run(0, 30)) } },
      [],
      'healthy',
      'idle for 30 min',
    ],
    [
      'it rested all the time',
      { throughput: { 'x/etl/sink': run(0, 61) } },
      [],
      'healthy',
      'idle for over 60 min',
    ],
    [
      'it rests, and its last success is known',
      { throughput: { 'x/etl/run': run(0, 61) }, freshness: { 'x/etl/run': [20_000] } },
      [],
      'healthy',
      'idle, last success 6 h ago',
    ],
    ['only a backlog is known', { backlog: { 'x/etl/source': [7] } }, [], 'healthy', 'on time'],
    [
      'an alert alone makes a pipeline',
      {},
      [alert('firing', 'critical', 'gone')],
      'failing',
      'gone',
    ],
    [
      'alerts beat silence',
      { backlog: { 'x/etl/q': run(1, 10, ...run(_, 40)) } },
      [alert('firing', 'info', 'i')],
      'degraded',
      'i',
    ],
    [
      'an infinity is no figure but a sign of life',
      { latency: { 'x/etl/sink[0.95]': [Infinity] } },
      [],
      'healthy',
      'on time',
    ],
  ]
  test.each(cases)('%s', (_what, rows, alerts, health, reason) => {
    const { pipelines } = buildOverview(inputOf(rows, alerts))
    expect(pipelines.map((one) => [one.pipeline, one.health, one.reason])).toEqual([
      ['etl', health, reason],
    ])
  })

  test('an alert without pipeline, and an inactive one, concern nobody', () => {
    const stranger = { ...alert('firing', 'critical', 's'), labels: { alertname: 'Watchdog' } }
    const over = { ...alert('firing', 'critical', 's'), state: 'inactive' as const }
    const { pipelines } = buildOverview(inputOf(flows, [stranger, over]))
    expect(pipelines[0]!.health).toBe('healthy')
  })
})

/** A backlog that grows by 7,200 a minute while 60 records a second pass. */
const behind: Rows = {
  throughput: { 'x/etl/source': run(180, 61), 'x/etl/sink': run(60, 61) },
  backlog: { 'x/etl/sink': Array.from({ length: 61 }, (_unused, k) => 10_000 + 7200 * k) },
}

test('without an alert the signals speak, and what is bad degrades', () => {
  const [one] = buildOverview(inputOf(behind)).pipelines
  expect(one).toMatchObject({
    health: 'degraded',
    reason: 'sink 2 h behind and falling back at 120 records/s',
    words: '',
  })
  const { stages, edges } = buildDetail(inputOf(behind), 'x', 'etl')!
  expect(stages.map(({ stage, health }) => [stage, health])).toEqual([
    ['source', 'healthy'],
    ['sink', 'degraded'],
  ])
  expect(stages[1]!.remarks).toMatchObject([{ kind: 'backlog', tone: 'bad' }])
  expect(edges).toEqual([{ from: 'source', to: 'sink' }])
})

test('an alert speaks first, with the words of the signals beside, since it began', () => {
  const alerts = [alert('firing', 'critical', 'consumer lag is 440k', { minutesAgo: 9 })]
  const [one] = buildOverview(inputOf(behind, alerts)).pipelines
  expect(one).toMatchObject({
    health: 'failing',
    reason: 'consumer lag is 440k',
    words: 'sink 2 h behind and falling back at 120 records/s',
    sinceMs: AT - 540_000,
  })
})

test('what an alert says of a stage is not said again by its signals', () => {
  const told = alert('firing', 'critical', 'consumer lag is 440k')
  const ofStage = { ...told, labels: { ...told.labels, stage: 'sink' } }
  const [one] = buildOverview(inputOf(behind, [ofStage])).pipelines
  expect(one).toMatchObject({ reason: 'consumer lag is 440k', words: '' })
})

test('a stage is as its own alerts say', () => {
  const own = alert('firing', 'critical', 's')
  const alerts = [{ ...own, labels: { ...own.labels, stage: 'source' } }]
  const quiet = { 'x/etl/quiet': run(1, 20, ...run(_, 30)) }
  const rows = { ...behind, backlog: { ...behind.backlog, ...quiet } }
  const { stages } = buildDetail(inputOf(rows, alerts), 'x', 'etl')!
  expect(Object.fromEntries(stages.map(({ stage, health }) => [stage, health]))).toEqual({
    source: 'failing',
    sink: 'degraded',
    quiet: 'silent',
  })
})

test('edges are as the sender tells, where it does', () => {
  const input = {
    ...inputOf(behind),
    toldEdges: new Map([
      ['source', ['sink']],
      ['sink', []],
    ]),
  }
  expect(buildDetail(input, 'x', 'etl')!.edges).toEqual([{ from: 'sink', to: 'source' }])
})

test('alerts of no pipeline come along, worst first, without the dead man’s switch', () => {
  const loose = (name: string, severity: string): ActiveAlertView => ({
    ...alert('firing', severity, name),
    labels: { alertname: name, severity },
  })
  const alerts = [loose('Disk', 'warning'), loose('Watchdog', 'none'), loose('Down', 'critical')]
  const overview = buildOverview(inputOf({}, alerts))
  expect(overview.pipelines).toEqual([])
  expect(overview.alerts.map(({ name }) => name)).toEqual(['Down', 'Disk'])
})

test('what weir.yml names is there even when nothing comes, and the critical come first', () => {
  const notes = notesBook(
    pipelineNotes.parse([
      { system: 'x', pipeline: 'gone', team: 'shop', critical: true },
      { system: 'x', pipeline: 'never' },
    ]),
  )
  const { pipelines } = buildOverview({ ...inputOf({ backlog: { 'a/a/s': [_] } }), notes })
  expect(
    pipelines.map(({ pipeline, reason, notes: { team } }) => [pipeline, reason, team]),
  ).toEqual([
    ['gone', 'nothing for over 60 min', 'shop'],
    ['a', 'nothing for over 60 min', ''],
    ['never', 'nothing for over 60 min', ''],
  ])
})

test('the worst comes first, then by name', () => {
  const { pipelines } = buildOverview(
    inputOf(
      {
        throughput: {
          'x/fine/s': [1],
          'x/also-fine/s': [1],
          'a/fine/s': [1],
          'x/quiet/s': run(1, 20, ...run(_, 30)),
          'x/slow/s': [1],
          'x/broken/s': [1],
        },
      },
      [
        alert('firing', 'warning', 'w', { pipeline: 'slow' }),
        alert('firing', 'critical', 'c', { pipeline: 'broken' }),
      ],
    ),
  )
  expect(pipelines.map((one) => `${one.system}/${one.pipeline}`)).toEqual([
    'x/broken',
    'x/slow',
    'x/quiet',
    'a/fine',
    'x/also-fine',
    'x/fine',
  ])
})

describe('signals', () => {
  const rows: Rows = {
    throughput: { 'x/etl/source': [9, 10], 'x/etl/sink': [7, 8] },
    errors: { 'x/etl/source': [0, 3], 'x/etl/sink': [0, 1] },
    errorRatio: { 'x/etl/source': [0, 0.25] },
    latency: {
      'x/etl/sink[0.5]': [0.1],
      'x/etl/sink[0.95]': [0.5],
      'x/etl/sink[0.99]': [Infinity],
      'x/etl/source[0.5]': [4],
    },
    backlog: { 'x/etl/source': [100], 'x/etl/sink': [_] },
    freshness: { 'x/etl/source': [500], 'x/etl/sink': [2] },
  }

  test('the stage that tells most stands for the pipeline', () => {
    const [one] = buildOverview(inputOf(rows)).pipelines
    expect(one!.stages).toEqual(['source', 'sink'])
    const told = Object.fromEntries(
      Object.entries(one!.signals).map(([kind, view]) => [kind, [view.value, view.expr]]),
    )
    expect(told).toEqual({
      throughput: [8, 'weir_stage_throughput{system="x", pipeline="etl", stage="sink"}'],
      errors: [3, 'weir_stage_errors{system="x", pipeline="etl", stage="source"}'],
      latency: [
        4,
        'weir_stage_latency_seconds{system="x", pipeline="etl", stage="source", quantile="0.5"}',
      ],
      backlog: [100, 'weir_stage_backlog{system="x", pipeline="etl", stage="source"}'],
      freshness: [2, 'weir_stage_freshness_seconds{system="x", pipeline="etl", stage="sink"}'],
    })
  })

  test('further lines come along', () => {
    const detail = buildDetail(inputOf(rows), 'x', 'etl')!
    const [source, sink] = detail.stages
    expect(source!.signals.errors!.also).toMatchObject([{ name: 'ratio', value: 0.25 }])
    expect(sink!.signals.latency!.value).toBe(0.5)
    expect(sink!.signals.latency!.also).toMatchObject([
      { name: 'p50', value: 0.1 },
      { name: 'p99', value: null },
    ])
    expect(sink!.signals.errors!.also).toEqual([])
  })

  test('values stand on the grid, null where there is none', () => {
    const view = buildDetail(inputOf(rows), 'x', 'etl')!.stages[0]!.signals.throughput!
    expect(view.values.length).toBe(STEPS)
    expect(view.values.slice(-3)).toEqual([null, 9, 10])
    expect([view.startMs, view.stepMs]).toEqual([AT - 3_600_000, STEP])
    expect(JSON.parse(JSON.stringify(view))).toEqual(view)
  })

  test('a ratio alone is an errors signal without a rate', () => {
    const only = { errorRatio: { 'x/etl/sink': [0.5] } }
    const { stages } = buildDetail(inputOf(only), 'x', 'etl')!
    expect(stages[0]!.signals.errors).toMatchObject({ value: null, also: [{ value: 0.5 }] })
  })

  test('stages of a pack come in its order, with its titles and units', () => {
    const pack = PACKS.find(({ id }) => id === 'airflow')!
    const named = pack.stages.map(({ stage }) => [`airflow/d/${stage}`, [1]] as const)
    const detail = buildDetail(
      inputOf({ throughput: Object.fromEntries(named.toReversed()) }),
      'airflow',
      'd',
    )!
    const expected = pack.stages.toSorted(
      (a, b) => a.order - b.order || (a.stage < b.stage ? -1 : 1),
    )
    expect(detail.stages.map(({ title, order }) => [order, title])).toEqual(
      expected.map(({ title }, order) => [order, title]),
    )
    const told = expected.find(({ signals }) => signals.throughput !== undefined)!
    expect(detail.stages.find(({ stage }) => stage === told.stage)!.signals.throughput!.unit).toBe(
      told.signals.throughput!.unit,
    )
  })

  test('a series that belongs to no pipeline is left out, one without stage is the whole', () => {
    const odd = { backlog: { '/etl/s': [1], 'x//s': [1], 'x/etl/': [1] } }
    const { pipelines } = buildOverview(inputOf(odd))
    expect(pipelines.map((one) => one.stages)).toEqual([['all']])
  })

  test('names with odd characters stay one pipeline and are quoted in the expression', () => {
    const { pipelines } = buildOverview(inputOf({ backlog: { 'x/a "b" \\c/s': [1] } }))
    expect(pipelines[0]!.signals.backlog!.expr).toBe(
      'weir_stage_backlog{system="x", pipeline="a \\"b\\" \\\\c", stage="s"}',
    )
  })
})

test('systems: the packs, awake or not, then those only senders know', () => {
  const { systems } = buildOverview(inputOf({ backlog: { 'home/a/s': [1], 'home/b/s': [1] } }))
  const known = PACKS.map(({ id }) => id)
  expect(systems.map(({ id }) => id)).toEqual([...known, 'home'])
  expect(systems[0]).toMatchObject({ id: 'airflow', awake: true, seriesCount: 12 })
  expect(systems.at(-1)).toEqual({ id: 'home', title: 'home', awake: true, seriesCount: 2 })
})

test('nothing at all is an empty overview, and an unknown pipeline is undefined', () => {
  expect(buildOverview(inputOf({})).pipelines).toEqual([])
  expect(buildDetail(inputOf({}), 'x', 'etl')).toBeUndefined()
})

test('200 pipelines of five stages take less than 100 ms', () => {
  const lines = (quantiles: readonly string[]): Record<string, number[]> =>
    Object.fromEntries(
      Array.from({ length: 1000 }, (_unused, i) =>
        quantiles.map((q) => [`x/p${i % 200}/s${Math.floor(i / 200)}${q}`, run(i, STEPS)] as const),
      ).flat(),
    )
  const rows = Object.fromEntries(
    STAGE_SERIES.map((kind) => [
      kind,
      lines(kind === 'latency' ? ['[0.5]', '[0.95]', '[0.99]'] : ['']),
    ]),
  )
  const input = inputOf(rows)
  // The best of five in processor time: other programs may want the machine as well.
  const ms = Array.from({ length: 5 }, () => {
    const before = process.cpuUsage()
    const overview = buildOverview(input)
    expect(JSON.stringify(overview).length).toBeGreaterThan(100_000)
    expect(overview.pipelines.length).toBe(200)
    const { user, system } = process.cpuUsage(before)
    return (user + system) / 1000
  })
  expect(Math.min(...ms)).toBeLessThan(100)
})
