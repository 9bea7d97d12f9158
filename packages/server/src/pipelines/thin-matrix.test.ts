import { assert, integer, property } from 'fast-check'
import { expect, test } from 'vitest'
import type { NativeHistogram } from '@weir/model'
import type { MatrixColumns } from '../query/job.ts'
import { isThinner, thinned } from './thin-matrix.ts'

test.each([
  [0, 3600, 60, 0, 3600, 30, true],
  [0, 3600, 30, 0, 3600, 30, true],
  [0, 3600, 15, 0, 3600, 30, false],
  [0, 3600, 45, 0, 3600, 30, false],
  [60, 3600, 60, 0, 3600, 30, false],
  [0, 3660, 60, 0, 3600, 30, false],
])('%d–%d by %d is within %d–%d by %d: %s', (startMs, endMs, stepMs, start, end, step, is) => {
  expect(isThinner({ startMs, endMs, stepMs }, { startMs: start, endMs: end, stepMs: step })).toBe(
    is,
  )
})

test('each value and histogram of the thinner matrix is that of its time', () => {
  assert(
    property(
      integer({ min: 0, max: 4 }),
      integer({ min: 1, max: 8 }),
      integer({ min: 1, max: 5 }),
      (series, intervals, every) => {
        const stepCount = intervals * every + 1
        const values = Float64Array.from({ length: series * stepCount }, (_, i) => i)
        const histograms = new Map(
          [...values].filter((i) => i % 3 === 0).map((i) => [i, mark(i)] as const),
        )
        const labels = Array.from({ length: series }, (_, i) => ['id', String(i)])
        const matrix: MatrixColumns = {
          kind: 'matrix',
          startMs: 7000,
          stepMs: 10,
          stepCount,
          labels,
          values,
          histograms,
        }
        const thin = thinned(matrix, every)
        expect([thin.stepMs, thin.stepCount]).toEqual([10 * every, intervals + 1])
        for (let s = 0; s < series; s++) {
          for (let k = 0; k <= intervals; k++) {
            const [to, from] = [s * (intervals + 1) + k, s * stepCount + k * every]
            expect(thin.values[to]).toBe(values[from])
            expect(thin.histograms.get(to)).toBe(histograms.get(from))
          }
        }
      },
    ),
  )
})

/** Any object of its own will do. */
function mark(i: number): NativeHistogram {
  return { count: i } as unknown as NativeHistogram
}
