import { expect, test } from 'vitest'
import type { Target, Transformation } from './dashboard.ts'
import type { QueryResult } from './frames/answer.ts'
import { panelFrames } from './panel-frames.ts'

const TARGET: Target = { refId: 'A', expr: 'up', language: 'promql' }
const AROUND = { text: (template: string) => template, timeZone: 'utc' }
const LEAVES_NONE = { id: 'filterFieldsByName', options: { include: { names: ['nothing'] } } }

function drawn(count: number, transformations: readonly Transformation[]) {
  const series = Array.from({ length: count }, (_, at) => ({
    metric: { job: `j${at}` },
    value: [1, '1'] as const,
  }))
  const result: QueryResult = { resultType: 'vector', result: series }
  const fieldConfig = { defaults: {}, overrides: [] }
  return panelFrames({ transformations, fieldConfig }, [{ target: TARGET, result }], AROUND)
}

test.each([
  [2, [], undefined],
  [0, [], 'queries'],
  [0, [LEAVES_NONE], 'queries'],
  [2, [LEAVES_NONE], 'transformations'],
  [2, [{ ...LEAVES_NONE, disabled: true }], undefined],
])('of %d series through %j, a panel is empty by %s', (count, transformations, want) => {
  const { empty, emptyBy } = drawn(count, transformations)
  expect(emptyBy).toBe(want)
  expect(empty === undefined).toBe(want === undefined)
})

test('what is not known is told, and the data are shown without it', () => {
  const { frames, notes } = drawn(2, [{ id: 'telepathy', options: {} }])
  expect(frames.map(({ fields }) => fields[1]!.displayName)).toEqual(['{job="j0"}', '{job="j1"}'])
  expect(notes.map(({ text }) => text)).toEqual([
    'Transformation "telepathy" is not known here; the data is shown without it',
  ])
})
