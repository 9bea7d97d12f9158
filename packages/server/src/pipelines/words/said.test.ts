import { expect, test } from 'vitest'
import { isSaidBy } from './said.ts'

test.each([
  ['PipelineErrors', 'sink fails on 34% of its records', 'sink errors', true],
  ['PipelineFallingBehind', 'sink has 5h of work waiting, and it is growing', 'sink backlog', true],
  ['PipelineStale', 'sink has not succeeded for 5m', 'sink freshness', true],
  ['RudderStackSlowDelivery', 'BRAZE takes 4m', 'sink latency', true],
  ['PipelineErrors', 'sink fails on 34% of its records', 'sink backlog', false],
  ['PipelineErrors', 'sink fails on 34% of its records', 'source errors', false],
  ['Restarts', '4 restarts in 10 min', 'sink errors', false],
] as const)('%s (%s) says %s: %s', (name, summary, what, want) => {
  const [stage, kind] = what.split(' ') as ['sink', 'errors' | 'backlog' | 'freshness' | 'latency']
  expect(isSaidBy({ name, summary, labels: { stage: 'sink' } }, { stage, kind })).toBe(want)
})
