import { expect, test } from 'vitest'
import type { QueryCost } from './cost.ts'
import type { QueryFailure, VectorRows } from './job.ts'
import { packVectors, unpackVectors } from './packed-vectors.ts'

const COST: QueryCost = {
  queuedMs: 1,
  preparedMs: 2,
  evaluatedMs: 3,
  sortedMs: 4,
  samplesQueried: 5,
  samplesRead: 6,
  seriesRead: 7,
  peakSamples: 8,
  peakBytes: 9,
  partsHelped: 10,
}

test('answers come out as they went in', () => {
  const answers: (VectorRows | QueryFailure)[] = [
    { kind: 'vector', cost: COST, labels: [], values: [] },
    { kind: 'failure', code: 'QUERY_EXECUTION', message: 'no' },
    {
      kind: 'vector',
      cost: { ...COST, queuedMs: 0 },
      labels: [['a', 'b'], [], ['a', 'c']],
      values: [1, NaN, 2],
    },
  ]
  const unpacked = unpackVectors(structuredClone(packVectors(answers)))
  const plain = unpacked.map((one) =>
    one.kind === 'vector' ? { ...one, values: Array.from(one.values) } : one,
  )
  expect(plain).toEqual(answers)
})
