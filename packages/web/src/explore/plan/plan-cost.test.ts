import { expect, test } from 'vitest'
import { type PlanNode, costsOf, planSteps } from './plan-cost.ts'

const select = (name: string): PlanNode => ({
  expr: name,
  type: 'instant vector',
  title: `select ${name}`,
  how: '',
  inputs: [],
})
const two: PlanNode = { expr: '2', type: 'scalar', title: '2', how: '', inputs: [] }

test('a tree becomes lines, and constants are not asked', () => {
  const root = { ...select('a / 2'), title: '/', inputs: [select('a'), two] }
  expect(
    planSteps(root).map(({ id, depth, node, isAsked }) => [id, depth, node.title, isAsked]),
  ).toEqual([
    ['0', 0, '/', true],
    ['1', 1, 'select a', true],
    ['2', 1, '2', false],
  ])
})

test('of a very long query only the first steps are asked', () => {
  const root = { ...select('sum'), inputs: Array.from({ length: 100 }, () => select('a')) }
  expect(planSteps(root).filter(({ isAsked }) => isAsked)).toHaveLength(40)
})

test('cost and size of a step come in any order, and a failure is told', () => {
  const costs = costsOf([
    { id: 'count 0', status: 'success', data: { result: [{ value: [1, '7'] }] } },
    {
      id: 'cost 0',
      status: 'success',
      data: {
        stats: {
          timings: { evalTotalTime: 0.2 },
          samples: { samplesRead: 9, seriesRead: 3, peakBytes: 1 },
        },
      },
    },
    { id: 'count 1', status: 'success', data: { result: [] } },
    { id: 'cost 1', status: 'error', error: 'too many samples' },
  ])
  expect(costs.get('0')).toEqual({
    series: 7,
    seconds: 0.2,
    samplesRead: 9,
    seriesRead: 3,
    bytes: 1,
  })
  expect(costs.get('1')).toEqual({ series: 0, error: 'too many samples' })
})
