import { expect, test } from 'vitest'
import { PACKS } from './registry.ts'
import { stageMetrics } from './stage-metrics.ts'

const pack = (id: string): (typeof PACKS)[number] => PACKS.find((each) => each.id === id)!

test('what the signals of a stage are made of is found through the recording rules', () => {
  expect(stageMetrics(pack('airflow'), 'schedule')).toEqual([
    'airflow_dagrun_schedule_delay',
    'airflow_tagged_dagrun_schedule_delay',
    'airflow_dagrun_schedule_delay_milliseconds',
  ])
})

test('a stage that only the data names has the metrics that tell a stage', () => {
  expect(stageMetrics(pack('custom'), 'sink')).toContain('pipeline_stage_backlog')
})

test('every stage of every pack that has signals has metrics behind them', () => {
  const without = PACKS.flatMap((each) =>
    each.stages
      .filter(({ stage }) => stageMetrics(each, stage).length === 0)
      .map(({ stage }) => `${each.id} ${stage}`),
  )
  expect(without).toEqual([])
})
