import { PACKS, type Pack, seriesNames } from '@weir/packs'
import { expect, test } from 'vitest'
import type { VectorColumns } from '../query/job.ts'
import { countByMetric, countSeries } from './series-counts.ts'

/** What an expression may be long. */
const EXPR_CHARS_MAX = 100_000

/** Answers that of each name asked for in plain words there are as many series as it has letters. */
function source(): {
  readonly asked: string[]
  readonly vector: (expr: string) => Promise<VectorColumns>
} {
  const asked: string[] = []
  return {
    asked,
    vector: async (expr) => {
      asked.push(expr)
      const names = JSON.parse(/=~("(?:[^"\\]|\\.)*")/.exec(expr)![1]!) as string
      const plain = names.split('|').filter((name) => /^\w+$/.test(name))
      const labels = plain.map((name) => ['__name__', name])
      return { labels, values: Float64Array.from(plain, ({ length }) => length) } as never
    },
  }
}

test.each(PACKS.map((pack) => [pack.id, pack] as const))(
  'series of each metric of %s are counted by expressions that may be asked',
  async (_id: string, pack: Pack) => {
    const from = source()
    const counts = await countByMetric(from, pack, 0)
    expect(Math.max(...from.asked.map(({ length }) => length))).toBeLessThan(EXPR_CHARS_MAX)
    for (const [i, metric] of pack.metrics.entries()) {
      if (metric.pattern !== undefined) continue
      const names = seriesNames(metric)
      expect(counts[i]).toBe(names.reduce((sum, name) => sum + name.length, 0))
    }
  },
)

test('all packs together are asked for within the limit too', async () => {
  const from = source()
  await countSeries(from, PACKS, 0)
  expect(Math.max(...from.asked.map(({ length }) => length))).toBeLessThan(EXPR_CHARS_MAX)
})
