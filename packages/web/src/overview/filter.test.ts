import type { Health, PipelineSummary } from '@weir/packs'
import { describe, expect, test } from 'vitest'
import { type OverviewView, inOrderOf, matches, pipelineKey, rowsOf } from './filter.ts'

const NO_NOTES = {
  team: '',
  title: '',
  description: '',
  url: '',
  runbookUrl: '',
  isCritical: false,
}

const ALL: OverviewView = {
  query: '',
  health: undefined,
  system: undefined,
  team: undefined,
  group: undefined,
  sort: undefined,
}

function pipeline(name: string, health: Health = 'healthy', system = 'airflow'): PipelineSummary {
  const reason = health === 'failing' ? '2 task failures in the last 5 min' : 'on time'
  return {
    system,
    pipeline: name,
    health,
    reason,
    sinceMs: null,
    words: '',
    notes: NO_NOTES,
    alerts: [],
    stages: ['scheduler'],
    signals: {},
  }
}

test.each<[Partial<OverviewView>, boolean]>([
  [{}, true],
  [{ query: 'ORDERS' }, true],
  [{ query: 'airflow orders' }, true],
  [{ query: 'task failures' }, true], // in the reason
  [{ query: 'sched' }, true], // in a stage
  [{ query: 'orders nothere' }, false],
  [{ health: 'failing' }, true],
  [{ health: 'silent' }, false],
  [{ system: 'flink' }, false],
])('%j shows a failing airflow "orders_daily": %j', (view, want) =>
  expect(matches(pipeline('orders_daily', 'failing'), { ...ALL, ...view })).toBe(want),
)

test('groups come in the order of their worst member', () => {
  const rows = rowsOf(
    [
      pipeline('b', 'failing', 'flink'),
      pipeline('a', 'degraded'),
      pipeline('c', 'healthy', 'flink'),
    ],
    { ...ALL, group: 'system' },
  )
  expect(rows.map((row) => (row.kind === 'group' ? row.title : row.pipeline.pipeline))).toEqual([
    'flink',
    'b',
    'c',
    'airflow',
    'a',
  ])
})

test('a held list keeps its order, drops who left and puts newcomers last', () => {
  const before = ['a', 'b', 'c'].map((name) => pipelineKey(pipeline(name)))
  const after = inOrderOf(
    before,
    ['new', 'c', 'a'].map((name) => pipeline(name)),
  )
  expect(after.map((each) => each.pipeline)).toEqual(['a', 'c', 'new'])
})

describe('rows', () => {
  const names = (rows: ReturnType<typeof rowsOf>): string[] =>
    rows.map((row) => (row.kind === 'group' ? `# ${row.title}` : row.pipeline.pipeline))
  const withBacklog = (name: string, value: number | null, team = ''): PipelineSummary => {
    const signal = { kind: 'backlog', value, unit: '', startMs: 0, stepMs: 1, values: [] } as const
    return {
      ...pipeline(name),
      notes: { ...NO_NOTES, team },
      signals: { backlog: { ...signal, expr: '', also: [] } },
    }
  }
  const three = [withBacklog('a', 1, 'shop'), withBacklog('b', null), withBacklog('c', 9, 'shop')]

  test.each<[string, Partial<OverviewView>, readonly string[], readonly string[]]>([
    ['as they come', {}, [], ['a', 'b', 'c']],
    ['favourites first', {}, ['c'], ['c', 'a', 'b']],
    ['the highest first, what is unknown last', { sort: 'backlog' }, [], ['c', 'a', 'b']],
    ['by name', { sort: 'name' }, [], ['a', 'b', 'c']],
    ['favourites stay on top of what is sorted', { sort: 'backlog' }, ['b'], ['b', 'c', 'a']],
    ['a signal that nobody has sorts nothing', { sort: 'latency' }, [], ['a', 'b', 'c']],
    ['of a team', { team: 'shop' }, [], ['a', 'c']],
    ['by team', { group: 'team' }, ['c'], ['# Favourites', 'c', '# shop', 'a', '# no team', 'b']],
  ])('%s', (_what, view, starred, want) => {
    const favourites = new Set(starred.map((name) => pipelineKey(pipeline(name))))
    expect(names(rowsOf(three, { ...ALL, ...view }, favourites))).toEqual(want)
  })
})
