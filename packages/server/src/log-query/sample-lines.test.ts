import { MemorySource } from '@weir/logs'
import { Labels, LogBatchBuilder, systemClock } from '@weir/model'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { sampleLines } from './sample-lines.ts'

const MINUTE = 60_000_000_000
const HOUR = 60 * MINUTE
const NOON = 1_764_331_200_000_000_000n

/** Lines at so many nanoseconds before noon; a sample of the hour before it. */
async function sample(before: readonly number[], linesMax: number, query = '{app="shop"}') {
  const source = new MemorySource()
  const builder = new LogBatchBuilder()
  const stream = builder.stream(Labels.of({ app: 'shop' }))
  for (const [i, ns] of before.entries()) builder.add(stream, NOON - BigInt(ns), 9, `line ${i}`)
  source.append(builder.finish())
  let asked = 0
  const lines = source.lines.bind(source)
  source.lines = (request) => {
    asked++
    return lines(request)
  }
  const range = { fromNs: NOON - BigInt(HOUR), toNs: NOON + 1n }
  const found = await sampleLines(
    source,
    { query, range, linesMax },
    {
      signal: new AbortController().signal,
      limits: { linesMax: 5000, seriesMax: 500, sampleLines: 20_000 },
      clock: systemClock,
      queuedMs: 0,
      deadlineMs: Infinity,
    },
  )
  return { ...found, asked }
}

const spread = (count: number, from: number, to: number): number[] =>
  Array.from({ length: count }, (_, i) => from + Math.floor((i * (to - from)) / count))

test.each<
  [what: string, before: number[], max: number, lines: number, isWhole: boolean, askedMax: number]
>([
  ['nothing', [], 10, 0, true, 1],
  ['few', [1, 2, 3], 10, 3, true, 1],
  ['as many as wanted', spread(100, 0, HOUR), 100, 100, true, 1],
  ['one more', spread(101, 0, HOUR), 100, 100, false, 5],
  ['all in the last minute', spread(100, 0, MINUTE), 100, 100, true, 1],
  ['many in the last minute', spread(5000, 0, MINUTE), 100, 100, false, 6],
  ['many at one moment', Array<number>(500).fill(1), 100, 100, false, 6],
  ['one wanted', spread(10, 0, HOUR), 1, 1, false, 1],
])('%s', async (_, before, max, count, isWhole, askedMax) => {
  const { lines, isWhole: isAll, asked } = await sample(before, max)
  expect(lines).toHaveLength(count)
  expect(isAll).toBe(isWhole)
  expect(asked).toBeLessThanOrEqual(askedMax)
})

test('a sample is spread over the time that has lines', async () => {
  const { lines } = await sample(spread(50_000, 20 * MINUTE, 40 * MINUTE), 800)
  const quarters = new Set(lines.map(({ timeNs }) => (NOON - timeNs) / BigInt(5 * MINUTE)))
  expect(quarters.size).toBe(4)
})

test('what a query selects may lie in one place', async () => {
  const { lines, isWhole } = await sample(
    spread(9999, 0, HOUR),
    100,
    '{app="shop"} |~ "line .{3}$"',
  )
  expect(lines).toHaveLength(100)
  expect(isWhole).toBe(false)
})

test('no line twice, newest first, and all of them when it says so', async () => {
  const times = fc.array(fc.nat(HOUR), { maxLength: 300 })
  await fc.assert(
    fc.asyncProperty(times, fc.integer({ min: 1, max: 350 }), async (before, max) => {
      const { lines, isWhole } = await sample(before, max)
      const texts = lines.map(({ line }) => line)
      expect(new Set(texts).size).toBe(texts.length)
      expect(lines.length).toBeLessThanOrEqual(max)
      if (isWhole) expect(lines).toHaveLength(before.length)
      const order = lines.map(({ timeNs }) => Number(timeNs - NOON))
      expect(order).toEqual(order.toSorted((a, b) => b - a))
    }),
    { numRuns: 50 },
  )
})
