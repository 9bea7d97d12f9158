import type { Field } from '@weir/boards'
import { expect, test } from 'vitest'
import { ringPath } from '../gauge/arc.ts'
import { reduceOptionsOf, reducedValues } from '../values/reduced-values.ts'
import { pieOptionsOf, shareText, slicesOf } from './slices.ts'

function values(...numbers: readonly number[]) {
  const fields = numbers.map((number, at): Field => ({
    name: `s${at}`,
    type: 'number',
    values: [number],
    config: {},
  }))
  return reducedValues([{ refId: 'A', length: 1, fields }], reduceOptionsOf({}), { dark: false })
}

test.each([
  ['desc', ['s1 75%', 's0 25%']],
  ['asc', ['s0 25%', 's1 75%']],
  ['none', ['s0 25%', 's1 75%']],
])('slices in order %s', (sort, want) => {
  const slices = slicesOf(values(1, 3, 0, -5, NaN), sort)
  expect(slices.map(({ value, share }) => `${value.name} ${shareText(share)}`)).toEqual(want)
  expect(slices.at(-1)!.to).toBeCloseTo(360)
})

test('nothing above zero is no pie', () => expect(slicesOf(values(0, -1), 'desc')).toEqual([]))

test('a whole is two halves, as an arc that ends where it began draws nothing', () => {
  expect(ringPath({ inner: 0, outer: 10 }, 0, 360).match(/A/g)).toHaveLength(2)
  expect(ringPath({ inner: 5, outer: 10 }, 0, 90).match(/A/g)).toHaveLength(2)
})

test.each([
  [{ legend: { displayMode: 'hidden' } }, { withLegend: false }],
  [
    { legend: { placement: 'right', values: ['percent', 3] } },
    { placement: 'right', values: ['percent'] },
  ],
  [
    { pieType: 'donut', displayLabels: ['name'] },
    { isDonut: true, labels: ['name'], withLegend: true },
  ],
])('%j', (options, want) => expect(pieOptionsOf(options)).toMatchObject(want))
