import { Labels } from '@weir/model'
import { expect, test } from 'vitest'
import { logSamples } from './log-samples.ts'

const answer = (data: object): Uint8Array => new TextEncoder().encode(JSON.stringify({ data }))

test.each<[text: string, value: number]>([
  ['1', 1],
  ['-2.5e-3', -0.0025],
  ['+Inf', Infinity],
  ['-Inf', -Infinity],
  ['NaN', NaN],
])('%s', (text, value) => {
  const result = [{ metric: { stage: 'sink' }, value: [1.5, text] }]
  const labels = Labels.of({ stage: 'sink' })
  expect(logSamples(answer({ resultType: 'vector', result }))).toEqual([{ labels, value }])
  expect(logSamples(answer({ resultType: 'scalar', result: [1, text] }))).toEqual([
    { labels: Labels.EMPTY, value },
  ])
})
