import type { Health, PipelineSummary } from '@weir/packs'
import { expect, test } from 'vitest'
import { type OverviewView, inOrderOf, matches, pipelineKey, rowsOf } from './filter.ts'

const NO_NOTES = {
  team: '',
  title: '',
  description: '',
  url: '',
  runbookUrl: '',
  isCritical: false,
}

const ALL: OverviewView = { query: '', health: undefined, system: undefined, grouped: false }

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
    { ...ALL, grouped: true },
  )
  expect(rows.map((row) => (row.kind === 'system' ? row.system : row.pipeline.pipeline))).toEqual([
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
