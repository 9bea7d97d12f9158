import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { NumberSeries } from './family.ts'
import { Registry } from './registry.ts'

function valuesOf(registry: Registry, name: string): Record<string, number> {
  const family = registry.collect().find((one) => one.name === name)
  return Object.fromEntries(
    ((family?.series ?? []) as readonly NumberSeries[]).map(({ labels, value }) => [
      labels.map(([key, text]) => `${key}=${text}`).join(','),
      value,
    ]),
  )
}

describe('counting', () => {
  test('a counter adds up by its labels, and a label without value is absent', () => {
    const registry = new Registry()
    const counter = registry.counter({ name: 'a_total', help: '', labels: ['topic', 'kind'] })
    counter.inc(1, { topic: 'orders', kind: 'x' })
    counter.inc(2, { kind: 'x', topic: 'orders' })
    counter.inc(5, { topic: 'orders' })
    counter.inc(7)
    expect(valuesOf(registry, 'a_total')).toEqual({
      'topic=orders,kind=x': 3,
      'topic=orders': 5,
      '': 7,
    })
  })

  test('a counter without labels is there before it moves', () => {
    const registry = new Registry()
    registry.counter({ name: 'a_total', help: '' })
    expect(valuesOf(registry, 'a_total')).toEqual({ '': 0 })
  })

  test('values of labels never run into one another', () => {
    const text = fc.string({ maxLength: 6, unit: fc.constantFrom('a', ':', '1', '2', ',') })
    fc.assert(
      fc.property(fc.array(fc.tuple(text, text), { maxLength: 20 }), (pairs) => {
        const registry = new Registry()
        const counter = registry.counter({ name: 'a_total', help: '', labels: ['x', 'y'] })
        for (const [x, y] of pairs) counter.inc(1, { x, y })
        const distinct = new Set(pairs.map((pair) => JSON.stringify(pair)))
        expect(registry.collect()[0]!.series).toHaveLength(distinct.size)
      }),
    )
  })

  test('a histogram puts each observation into the first bucket that holds it', () => {
    const bounds = [1, 5, 10]
    fc.assert(
      fc.property(fc.array(fc.double({ min: -5, max: 20, noNaN: true })), (values) => {
        const registry = new Registry()
        const histogram = registry.histogram({ name: 'h', help: '', buckets: bounds })
        for (const value of values) histogram.observe(value)
        const [series] = registry.collect()[0]!.series
        const counts = [...bounds, Infinity].map(
          (upper, i) =>
            values.filter((value) => value <= upper && (i === 0 || value > bounds[i - 1]!)).length,
        )
        const found =
          series === undefined || !('histogram' in series) ? undefined : series.histogram
        expect(found?.counts ?? counts).toEqual(counts)
        expect(found?.count ?? 0).toBe(values.length)
      }),
    )
  })

  test('gauges go up, down and away; samplers set them before they are told', () => {
    const registry = new Registry()
    const gauge = registry.gauge({ name: 'g', help: '', labels: ['p'] })
    const stop = registry.onCollect(() => gauge.add(1, { p: 'sampled' }))
    gauge.set(4, { p: 'x' })
    gauge.add(-6, { p: 'x' })
    gauge.set(1, { p: 'y' })
    gauge.remove({ p: 'y' })
    expect(valuesOf(registry, 'g')).toEqual({ 'p=x': -2, 'p=sampled': 1 })
    stop()
    expect(valuesOf(registry, 'g')).toEqual({ 'p=x': -2, 'p=sampled': 1 })
  })
})

describe('what is refused', () => {
  test('series past the limit, with the known ones going on', () => {
    const registry = new Registry({ seriesMax: 2 })
    const counter = registry.counter({ name: 'a_total', help: '', labels: ['user'] })
    for (const user of ['a', 'b', 'c', 'd', 'a']) counter.inc(1, { user })
    expect(valuesOf(registry, 'a_total')).toEqual({ 'user=a': 2, 'user=b': 1 })
    expect(valuesOf(registry, 'weir_sdk_refused_total')).toEqual({
      'metric=a_total,reason=series': 2,
    })
  })

  test.each([Number.NaN, Infinity, -Infinity, -1])('a counter by %d', (by) => {
    const registry = new Registry()
    registry.counter({ name: 'a_total', help: '' }).inc(by)
    expect(valuesOf(registry, 'a_total')).toEqual({ '': 0 })
    expect(valuesOf(registry, 'weir_sdk_refused_total')).toEqual({
      'metric=a_total,reason=value': 1,
    })
  })

  test.each(['', '1a', 'a b', 'a-b', 'ä'])('the metric name %j', (name) => {
    expect(() => new Registry().gauge({ name, help: '' })).toThrow(/Cannot name a metric/)
  })

  test.each(['', 'le', '__x', 'a.b'])('the label name %j', (label) => {
    const make = (): unknown => new Registry().gauge({ name: 'a', help: '', labels: [label] })
    expect(make).toThrow(/Cannot name a label/)
  })

  test.each([[[]], [[1, 1]], [[2, 1]], [[1, Infinity]]])('buckets %j', (buckets) => {
    const make = (): unknown => new Registry().histogram({ name: 'a', help: '', buckets })
    expect(make).toThrow(/want finite numbers, ascending/)
  })

  test('one name with two shapes, while the same shape is the same instrument', () => {
    const registry = new Registry()
    const one = registry.counter({ name: 'a_total', help: '', labels: ['x'] })
    expect(registry.counter({ name: 'a_total', help: 'other words', labels: ['x'] })).toBe(one)
    expect(() => registry.counter({ name: 'a_total', help: '' })).toThrow(/exists as a counter/)
    expect(() => registry.gauge({ name: 'a_total', help: '', labels: ['x'] })).toThrow(/exists/)
  })

  test('label values are cut at 256 characters', () => {
    const registry = new Registry()
    registry.counter({ name: 'a_total', help: '', labels: ['x'] }).inc(1, { x: 'y'.repeat(1e6) })
    expect(registry.collect()[0]!.series[0]!.labels[0]![1]).toHaveLength(256)
  })
})
