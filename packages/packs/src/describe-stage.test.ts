import { expect, test } from 'vitest'
import { describeStage, readableStage } from './describe-stage.ts'
import { DAGGER } from './dagger/dagger.ts'
import { FLINK } from './flink/flink.ts'

const PACKS = [FLINK, DAGGER]

/** Titles in the order in which data takes the stages. */
function way(system: string, stages: readonly string[]): string[] {
  return stages
    .map((stage) => describeStage(PACKS, system, stage))
    .toSorted((a, b) => a.order - b.order)
    .map(({ title }) => title)
}

test.each([
  ['Source: orders -> Map', 'Source: orders \u2192 Map'],
  ['Source:_orders____Map', 'Source: orders \u2192 Map'],
  ['Source__orders____Map', 'Source: orders \u2192 Map'],
  ['Source- orders (eu) -> post processor', 'Source: orders (eu) \u2192 post processor'],
  ['Source:_orders__eu_____post_processor', 'Source: orders eu \u2192 post processor'],
  ['last per second -> nowhere- Writer', 'last per second \u2192 nowhere: Writer'],
  ['last_per_second____nowhere:_Writer', 'last per second \u2192 nowhere: Writer'],
  ['orders__Writer', 'orders: Writer'],
  ['Sink: Print to Std. Out', 'Sink: Print to Std. Out'],
  ['load_to_warehouse', 'load_to_warehouse'],
  ['post-processor', 'post-processor'],
  ['source', 'source'],
  ['', ''],
])('%s is read as %s', (stage, want) => {
  expect(readableStage(stage)).toBe(want)
})

test('tasks of a job stand between source and sink, the one that writes behind the others', () => {
  const tasks = ['enriched____orders_out:_Writer', 'KeyedProcess', 'Aggregate']
  expect(way('flink', ['job', 'checkpoints', 'sink', ...tasks, 'source'])).toEqual([
    'Source',
    'KeyedProcess',
    'Aggregate',
    'Enriched \u2192 orders out: Writer',
    'Sink',
    'Checkpoints',
    'Job',
  ])
  expect(way('dagger', ['longbow', 'udf', 'source', 'sink', 'SQL_Calc']).slice(0, 3)).toEqual([
    'Source',
    'SQL Calc',
    'User functions',
  ])
})

test('a task has the units of its kind and comes from the source; the one that writes from whatever is before it', () => {
  expect(describeStage(PACKS, 'flink', 'Map')).toMatchObject({
    after: ['source'],
    units: { throughput: 'records/s' },
  })
  expect(describeStage(PACKS, 'flink', 'orders: Writer')).not.toHaveProperty('after')
})

test('stages that no pack knows stand by the words people use', () => {
  expect(way('custom', ['load', 'post-check', 'validate', 'source'])).toEqual([
    'Source',
    'Validate',
    'Load',
    'Post check',
  ])
})
