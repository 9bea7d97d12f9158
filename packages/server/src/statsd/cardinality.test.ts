import { expect, test } from 'vitest'
import { cardinalityOf } from './cardinality.ts'
import { OTHERS } from './refused-series.ts'
import { Stand } from './test-stand.ts'

test('a metric at its limit is told with the label that makes it many', async () => {
  const stand = new Stand('', { maxSeriesPerMetric: 40 })
  for (let i = 0; i < 60; i++)
    stand.send(`runs:1|c|#state:${i % 2},run_id:r${i}`, `other:1|c|#k:${i % 30}`)
  const report = await cardinalityOf(stand.aggregate)
  expect(report).toEqual({
    series: 70,
    maxSeries: 10_000,
    metrics: [
      {
        metric: 'runs',
        type: 'counter',
        series: 40,
        limit: 40,
        refused: 20,
        refusedExamples: [40, 41, 42].map((i) => `runs{run_id="r${i}", state="${i % 2}"}`),
        labels: [
          { name: 'run_id', values: 40, examples: ['r0', 'r1', 'r2'] },
          { name: 'state', values: 2, examples: ['0', '1'] },
        ],
      },
      {
        metric: 'other',
        type: 'counter',
        series: 30,
        limit: 40,
        refused: 0,
        refusedExamples: [],
        labels: [{ name: 'k', values: 30, examples: ['0', '1', '2'] }],
      },
    ],
    names: [],
  })
})

test('a rule’s own limit holds for its metric', async () => {
  const rule = 'mappings: [{match: "a.*", name: a, labels: {id: $1}, max_series: 2}]'
  const stand = new Stand(rule).send(
    'a.1:1|c',
    'a.2:1|c',
    'a.3:1|c',
    'b:1|c|#k:1',
    'b:1|c|#k:2',
    'b:1|c|#k:3',
  )
  expect(stand.rejects).toEqual({ series_limit: 1 })
  const [first] = (await cardinalityOf(stand.aggregate)).metrics
  expect(first).toMatchObject({ metric: 'a', limit: 2, refused: 1 })
})

test('names that hold ids are told as one pattern', async () => {
  const stand = new Stand()
  for (let i = 0; i < 30; i++)
    stand.send(`airflow.local_task_job.task_exit.${i}.load.0:1|c`, `pod.web-${i}x.up:1|g`)
  stand.send('http2.requests:1|c', 'p99:1|g')
  const { names } = await cardinalityOf(stand.aggregate)
  expect(names).toEqual([
    {
      pattern: 'airflow_local_task_job_task_exit_*_load_*',
      metrics: 30,
      examples: [0, 1, 2].map((i) => `airflow_local_task_job_task_exit_${i}_load_0`),
    },
    { pattern: 'pod_web_*_up', metrics: 30, examples: [0, 1, 2].map((i) => `pod_web_${i}x_up`) },
  ])
})

test('what is remembered of refusals is bounded', () => {
  const stand = new Stand('', { maxSeries: 1 }).send('first:1|c')
  for (let i = 0; i < 150; i++) stand.send(`m${i}:1|c`)
  const { byMetric } = stand.aggregate.refused
  expect(byMetric.size).toBe(101)
  expect(byMetric.get(OTHERS)!.count).toBe(50)
})
