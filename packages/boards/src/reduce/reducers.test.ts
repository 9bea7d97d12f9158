import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { reduceValues, reducerOf } from './reducers.ts'

test.each([
  ['lastNotNull', [1, 2, NaN], 2],
  ['current', [1, 2, NaN], 2],
  ['lastNotNull', ['a', 'b', null], 'b'],
  ['last', [1, 2, NaN], NaN],
  ['first', [NaN, 1], NaN],
  ['firstNotNull', [NaN, 1], 1],
  ['min', [3, -1, NaN], -1],
  ['max', [3, -1, NaN], 3],
  ['mean', [1, 2, NaN, 6], 3],
  ['avg', [1, 3], 2],
  ['median', [5, 1, 3, 2], 2.5],
  ['sum', [1, 2, NaN], 3],
  ['total', [], 0],
  ['count', [1, NaN, 2], 3],
  ['range', [1, 5], 4],
  ['delta', [1, 5, 2, 4], 8],
  ['step', [1, 5, 6], 1],
  ['diff', [1, NaN, 5], 4],
  ['diffperc', [2, 3], 0.5],
  ['logmin', [0, -1, 3, 2], 2],
  ['allIsZero', [0, 0], true],
  ['allIsZero', [NaN], false],
  ['allIsNull', [NaN, null], true],
  ['changeCount', [1, 1, 2, 1, NaN, NaN], 3],
  ['distinctCount', ['a', 'b', 'a'], 2],
  ['variance', [1, 3], 1],
  ['stdDev', [1, 3], 1],
  ['allValues', [1, 1], [1, 1]],
  ['uniqueValues', [1, 1, 2], [1, 2]],
  ['p50', [1, 2, 3, 4], 3],
  ['p99', [1, 2, 3, 4], 4],
  ['mean', [], null],
  ['max', ['a'], null],
  ['nobody', [1], null],
  ['p100', [1], null],
] as const)('%s of %j is %j', (id, values, want) => {
  expect(reduceValues([...values], id)).toEqual(want)
})

test('names are those of legends', () => {
  expect(['lastNotNull', 'sum', 'p95', 'avg'].map((id) => reducerOf(id)!.name)).toEqual([
    'Last *',
    'Total',
    '95th %',
    'Mean',
  ])
})

test('the order of minimum, percentiles, mean and maximum holds', () => {
  fc.assert(
    fc.property(
      fc.array(fc.float({ noNaN: true, noDefaultInfinity: true }), { minLength: 1 }),
      (values) => {
        const [min, p1, p99, max] = ['min', 'p1', 'p99', 'max'].map((id) =>
          Number(reduceValues(values, id)),
        )
        expect([min, p1, p99, max].toSorted((a, b) => a! - b!)).toEqual([min, p1, p99, max])
      },
    ),
  )
})
