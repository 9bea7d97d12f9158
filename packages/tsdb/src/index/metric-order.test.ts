import * as fc from 'fast-check'
import { expect, test } from 'vitest'

import { Labels, SampleColumns } from '@weir/model'

import { openReader } from '../reader.ts'
import { START_MS, TestStore, matcher } from '../test-store.ts'
import { inMetricOrder } from './metric-order.ts'

const NAMES = ['a', 'b', 'c', 'd']
const names = fc.array(fc.constantFrom(...NAMES), { minLength: 1, maxLength: 40 })

/** A store with a series for each name, all of them sealed. */
async function storeOf(list: readonly string[]): Promise<TestStore> {
  const t = await TestStore.open()
  for (let k = 0; k < 3; k++) {
    for (const [i, name] of list.entries()) {
      const ref = t.appender.ref(Labels.of({ __name__: name, i: `${i}`, kind: `${i % 3}` }))
      t.appender.append(ref, t.clock.nowMs, i * 10 + k)
    }
    await t.appender.commit()
    t.clock.nowMs += 1000
  }
  t.clock.nowMs += 3_600_000
  await t.store.maintain()
  return t
}

test('series are ordered by metric, those of one metric by number, and each selection reads its own', async () => {
  await fc.assert(
    fc.asyncProperty(
      names,
      fc.constantFrom('__name__=b', 'kind=1', '__name__=~.+'),
      async (list, text) => {
        await using t = await storeOf(list)
        using reader = openReader(t.store.seat())
        using querier = reader.querier(0, 2 ** 50)
        const range = { minMs: START_MS, maxMs: START_MS + 3_600_000 }
        const set = querier.select({ matchers: [matcher(text)], ...range })
        const metrics: string[] = []
        const found: [name: string, i: number, values: number[]][] = []
        const columns = new SampleColumns()
        // Also backwards, which no query does: a reader finds its way without being led.
        const forth = Array.from({ length: set.count }, (_, at) => at)
        for (const at of [...forth, ...forth.toReversed()]) {
          columns.clear()
          set.read(at, range.minMs, range.maxMs, columns)
          const labels = set.labels(at)
          metrics.push(labels.metricName)
          const values = [...columns.values.subarray(0, columns.length)]
          found.push([labels.metricName, Number(labels.get('i')), values])
        }
        const want = list
          .map((name, i): [string, number, number[]] => [name, i, [i * 10, i * 10 + 1, i * 10 + 2]])
          .filter(([name, i]) =>
            text === '__name__=b' ? name === 'b' : text !== 'kind=1' || i % 3 === 1,
          )
        const byNumber = (all: typeof found): typeof found => all.toSorted((a, b) => a[1] - b[1])
        expect(byNumber(found.slice(0, set.count))).toEqual(want)
        expect(byNumber(found.slice(set.count))).toEqual(want)
        const changes = forth.filter((at) => at > 0 && metrics[at] !== metrics[at - 1]).length
        expect(changes).toBe(Math.max(0, new Set(metrics).size - 1))
      },
    ),
    { numRuns: 8 },
  )
})

test('numbers are kept ascending within a metric, those without a name first', () => {
  const metrics = [7, 0, 3, 7, 3, 0, 9, 3]
  const view = { metricOf: (series: number) => metrics[series]! }
  const ordered = inMetricOrder(view, metrics.keys())
  expect([...ordered]).toEqual([1, 5, 2, 4, 7, 0, 3, 6])
})
