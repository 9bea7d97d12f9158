import type { Field } from '@weir/boards'
import { describe, expect, test } from 'vitest'
import { lineStyle } from './line-style.ts'
import { scaleRange, valueScales } from './scales.ts'

const field = (unit: string | undefined, custom: object = {}, more: object = {}): Field => ({
  name: 'v',
  type: 'number',
  values: [],
  config: { ...(unit === undefined ? {} : { unit }), ...more, custom: { ...custom } },
})

const seriesOf = (one: Field) => ({
  field: one,
  name: 'v',
  style: lineStyle(one),
  values: [],
  drawn: [],
  standsOn: undefined,
})

describe('which scales there are', () => {
  test.each<[string, readonly Field[], readonly string[]]>([
    ['one unit, one axis', [field('s'), field('s')], ['s left']],
    [
      'another unit goes right',
      [field('s'), field('bytes'), field('s')],
      ['s left', 'bytes right'],
    ],
    [
      'a side may be asked for',
      [field('s', { axisPlacement: 'right' }), field('s')],
      ['s right', 's right'],
    ],
    [
      'both left',
      [field('s'), field('bytes', { axisPlacement: 'left' })],
      ['s left', 'bytes left'],
    ],
    ['no axis at all', [field('s', { axisPlacement: 'hidden' })], ['s hidden']],
    ['percent of a stack', [field('s', { stacking: { mode: 'percent' } })], ['percentunit left']],
  ])('%s', (_, fields, want) => {
    const { scales, of } = valueScales(fields.map(seriesOf))
    expect(
      scales.map(({ unit, side, isHidden }) => `${unit} ${isHidden ? 'hidden' : side}`),
    ).toEqual(want)
    expect(of.every((key) => scales.some((scale) => scale.key === key))).toBe(true)
  })
})

describe('how far a scale goes', () => {
  test.each<[string, object, [number | null, number | null], [number, number]]>([
    ['from zero', {}, [2, 10], [0, 10.48]],
    ['close, where values are far from zero', {}, [100, 110], [99.4, 110.6]],
    ['both sides of zero', {}, [-10, 10], [-11.2, 11.2]],
    ['a flat zero', {}, [0, 0], [0, 1.06]],
    ['a flat line', {}, [5, 5], [0, 5.3]],
    ['nothing', {}, [null, null], [0, 1.06]],
    ['a soft end that values do not reach', { axisSoftMax: 100 }, [0, 10], [0, 100]],
    ['a soft end that they pass', { axisSoftMax: 5 }, [0, 10], [0, 10.6]],
    ['zero in the middle', { axisCenteredZero: true }, [0, 10], [-10.6, 10.6]],
    ['powers of ten', { scaleDistribution: { type: 'log', log: 10 } }, [3, 700], [1, 1000]],
    ['powers of two', { scaleDistribution: { type: 'log', log: 2 } }, [3, 7], [2, 8]],
    ['powers, of nothing above zero', { scaleDistribution: { type: 'log' } }, [0, 0], [0.001, 1]],
  ])('%s', (_, custom, [low, high], want) => {
    const { axis } = lineStyle(field('s', custom))
    const [from, to] = scaleRange({ axis, min: undefined, max: undefined }, low, high)
    expect(from).toBeCloseTo(want[0], 15)
    expect(to).toBeCloseTo(want[1], 10)
  })

  test.each([
    [0, 100, [0, 100]],
    [undefined, 5, [0, 5]],
    [50, 5, [50, 55]], // upside down
  ])('hard ends %s and %s', (min, max, want) => {
    const { axis } = lineStyle(field('s'))
    expect(scaleRange({ axis, min, max }, 1, 10)).toEqual(want)
  })
})
