import { Labels, STALE_MARKER, SampleColumns } from '@weir/model'
import { expect, test } from 'vitest'
import { MemoryQueryable } from '../memory-queryable.ts'
import { parseSelector } from '../parse/parse.ts'
import { instantQuery, rangeQuery } from '../query.ts'
import type { LookbackRule } from '../result.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE

/** Two jobs that tell their length once an hour, one of a kind that is asked every minute. */
function hourly(): MemoryQueryable {
  const memory = new MemoryQueryable()
  for (const [name, job, stepMs] of [
    ['size', 'slow', HOUR],
    ['size', 'quick', MINUTE],
    ['other', 'slow', HOUR],
  ] as const) {
    const columns = new SampleColumns()
    for (let time = 0; time <= 6 * HOUR; time += stepMs) columns.push(time, time / HOUR)
    memory.add(Labels.of({ __name__: name, job }), columns)
  }
  return memory
}

const rule = (selector: string, lookbackMs: number): LookbackRule => ({
  selectors: [parseSelector(selector)],
  lookbackMs,
})

/** How many of 13 moments, 30 minutes apart, each series has a value at. */
function counts(expr: string, lookbackRules: readonly LookbackRule[]): Record<string, number> {
  const { value } = rangeQuery(hourly(), {
    expr,
    startMs: MINUTE * 10,
    endMs: 6 * HOUR + MINUTE * 10,
    stepMs: HOUR / 2,
    options: { lookbackRules },
  })
  if (value.kind !== 'matrix') throw new Error(value.kind)
  return Object.fromEntries(
    value.series.map(({ labels, times }) => [labels.get('job'), times.length]),
  )
}

test.each([
  ['without rules', 'size', [], { quick: 12 }],
  ['by a label', 'size', [rule('{job="slow"}', 2 * HOUR)], { slow: 13, quick: 12 }],
  ['by a name', 'other', [rule('other', 50 * MINUTE)], { slow: 13 }],
  ['by another name', 'size', [rule('other', 2 * HOUR)], { quick: 12 }],
  ['shorter', 'size offset 30s', [rule('{job="quick"}', MINUTE / 4)], {}],
  [
    'the first that fits',
    'size',
    [rule('size', 2 * HOUR), rule('{job="slow"}', 1)],
    { slow: 13, quick: 13 },
  ],
  [
    'without a name in the query',
    '{job="slow", __name__=~"si.*"}',
    [rule('size', 2 * HOUR)],
    { slow: 13 },
  ],
  [
    'under an offset',
    'size offset 10m',
    [rule('{job="slow"}', 50 * MINUTE)],
    { slow: 13, quick: 13 },
  ],
] as const)('lookback %s: %s', (_, expr, rules, want) => {
  expect(counts(expr, rules)).toEqual(want)
})

test('a lookback that is longer does not see past a stale marker', () => {
  const memory = new MemoryQueryable()
  const columns = new SampleColumns()
  columns.push(0, 1)
  columns.push(MINUTE, STALE_MARKER)
  memory.add(Labels.of({ __name__: 'size' }), columns)
  const options = { lookbackRules: [rule('size', HOUR)] }
  const at = (timeMs: number): number => {
    const { value } = instantQuery(memory, { expr: 'size', timeMs, options })
    return value.kind === 'vector' ? value.series.length : -1
  }
  expect([at(MINUTE / 2), at(2 * MINUTE)]).toEqual([1, 0])
})
