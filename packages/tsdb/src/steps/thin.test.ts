import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { type SampleView, SampleColumns } from '@weir/model'

import { histogramOf } from '../test-histograms.ts'
import { checkKnown, START_MS, TestStore, matcher, named } from '../test-store.ts'
import type { RetentionLevel, RetentionRule } from './policy.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

function rule(
  selector: string,
  ...levels: (readonly [stepMs: number, keepMs: number])[]
): RetentionRule {
  return {
    selectors: [selector.split(' ').map(matcher)],
    levels: levels.map(([stepMs, keepMs]): RetentionLevel => ({ stepMs, keepMs })),
  }
}

/** What a view of a series gives, within the times or in all. */
function view(
  t: TestStore,
  name: string,
  what: SampleView,
  minMs = -(2 ** 51),
  maxMs = 2 ** 51,
): SampleColumns {
  using querier = t.reader.querier(minMs, maxMs)
  const matchers = [...named(name)].map(([label, value]) => matcher(`${label}=${value}`))
  const set = querier.select({ matchers, view: what, minMs, maxMs })
  const columns = new SampleColumns()
  for (let i = 0; i < set.count; i++) set.read(i, minMs, maxMs, columns)
  checkKnown(columns)
  return columns
}

const valuesOf = ({ values, length }: SampleColumns): number[] => [...values.subarray(0, length)]

/** Every 15 s from `fromMs` on for an hour: 1, 2, … 240. */
async function putHour(t: TestStore, names: readonly string[], fromMs: number): Promise<void> {
  const samples = Array.from({ length: 240 }, (_, i): [number, number] => [
    fromMs + (i + 1) * 15_000,
    i + 1,
  ])
  await t.put(Object.fromEntries(names.map((name) => [name, samples])))
}

/** Lets time go by as a running process sees it. */
async function pass(t: TestStore, ms: number): Promise<void> {
  for (let left = ms; left > 0; left -= HOUR) {
    t.clock.nowMs += Math.min(left, HOUR)
    await t.store.maintain()
  }
}

const LEVELS = [
  [0, DAY],
  [5 * MINUTE, 3 * DAY],
  [HOUR, 6 * DAY],
] as const

describe('a rule', () => {
  test('thins out what it chooses, level by level, and leaves the rest whole', async () => {
    const rules = [rule('__name__=~old.*', ...LEVELS)]
    await using t = await TestStore.open({ retentionRules: rules, futureMs: DAY })
    await putHour(t, ['old', 'other'], START_MS)
    await pass(t, 4 * HOUR)
    expect(t.get('old')).toHaveLength(240)

    await pass(t, 2 * DAY)
    expect(valuesOf(view(t, 'old', 'samples')).slice(0, 5)).toEqual([1, 20, 21, 40, 41])
    expect(valuesOf(view(t, 'old', 'count'))).toEqual(Array(12).fill(20))
    expect(valuesOf(view(t, 'old', 'sum')).slice(0, 2)).toEqual([210, 610])
    expect(t.get('other')).toHaveLength(240)
    expect(valuesOf(view(t, 'other', 'count'))).toEqual(Array(240).fill(1))

    await t.restart()
    await pass(t, 2 * DAY)
    expect(t.get('old').map(([, value]) => value)).toEqual([1, 240])
    expect(valuesOf(view(t, 'old', 'sum'))).toEqual([(240 * 241) / 2])
    expect(valuesOf(view(t, 'old', 'count'))).toEqual([240])

    await pass(t, 3 * DAY)
    expect(t.get('old')).toEqual([])
    expect(t.get('other')).toHaveLength(240)
    expect(t.store.stats().series).toBe(1)
  })

  test('keeps longer than everything else, and shorter', async () => {
    const rules = [rule('__name__=long', [0, 0]), rule('__name__=short', [0, DAY])]
    await using t = await TestStore.open({ retentionMs: 4 * DAY, retentionRules: rules })
    const names = ['long', 'short', 'other']
    await t.put(Object.fromEntries(names.map((name) => [name, [[START_MS, 1]]])))
    const there = (): string[] => names.filter((name) => t.get(name).length > 0)
    await pass(t, 26 * HOUR)
    expect(there()).toEqual(['long', 'other'])
    await pass(t, 4 * DAY)
    expect(there()).toEqual(['long'])
    expect(t.store.stats().series).toBe(1)
  })

  test('counts from the moment it is given, and goes again', async () => {
    await using t = await TestStore.open({ retentionMs: 0, futureMs: DAY })
    await putHour(t, ['a', 'b'], START_MS)
    await pass(t, DAY)
    expect(t.get('a')).toHaveLength(240)
    t.store.setRetention({ retentionMs: 0, retentionRules: [rule('__name__=a', [5 * MINUTE, 0])] })
    await t.store.maintain()
    expect(t.get('a')).toHaveLength(24)
    expect(t.store.stats().windowsThinned).toBe(1)
    t.store.setRetention({ retentionMs: 0, retentionRules: [rule('__name__=b', [HOUR, 0])] })
    await pass(t, HOUR)
    expect(t.get('a')).toHaveLength(24)
    expect(t.get('b')).toHaveLength(2)
  })

  test('the first one that fits counts', async () => {
    const rules = [rule('job=x', [5 * MINUTE, 0]), rule('__name__=a', [HOUR, 0])]
    await using t = await TestStore.open({ retentionRules: rules, futureMs: DAY })
    await putHour(t, ['a{job=x}', 'a{job=y}'], START_MS)
    await pass(t, DAY)
    expect(t.get('a{job=x}')).toHaveLength(24)
    expect(t.get('a{job=y}')).toHaveLength(2)
  })

  test('takes late samples into steps that are empty; the same samples again change nothing', async () => {
    const options = { outOfOrderWindowMs: 30 * DAY, futureMs: DAY, retentionMs: 0 }
    const rules = [rule('__name__=~.+', [5 * MINUTE, 0])]
    await using t = await TestStore.open({ ...options, retentionRules: rules })
    const put = async (fromMs: number): Promise<void> => {
      await putHour(t, ['a'], fromMs)
      await pass(t, 6 * HOUR)
    }
    await put(START_MS)
    expect(valuesOf(view(t, 'a', 'count'))).toEqual(Array(12).fill(20))
    const before = [t.get('a'), valuesOf(view(t, 'a', 'sum'))]
    await put(START_MS)
    expect([t.get('a'), valuesOf(view(t, 'a', 'sum'))]).toEqual(before)
    // Half an hour of it is new.
    await put(START_MS + HOUR / 2)
    expect(valuesOf(view(t, 'a', 'count'))).toEqual(Array(18).fill(20))
    const { windows } = t.store.stats()
    await pass(t, DAY)
    expect(t.store.stats().windows).toBeLessThanOrEqual(windows)
    expect(valuesOf(view(t, 'a', 'count'))).toEqual(Array(18).fill(20))
  })

  test('a reader that began before sees what was there', async () => {
    const rules = [rule('__name__=a', [HOUR, 0])]
    await using t = await TestStore.open({ futureMs: DAY })
    await putHour(t, ['a'], START_MS)
    await pass(t, DAY)
    {
      using querier = t.reader.querier(0, 2 ** 50)
      t.store.setRetention({ retentionRules: rules })
      await t.store.maintain()
      const set = querier.select({ matchers: [matcher('__name__=a')], minMs: 0, maxMs: 2 ** 50 })
      const columns = new SampleColumns()
      set.read(0, 0, 2 ** 50, columns)
      expect(columns.length).toBe(240)
    }
    expect(t.get('a')).toHaveLength(2)
  })
})

test('an instant view takes a sample as far back as its step, and says where', async () => {
  const rules = [rule('__name__=a', [HOUR, 0])]
  await using t = await TestStore.open({ retentionRules: rules, futureMs: DAY })
  await putHour(t, ['a'], START_MS)
  await pass(t, DAY)
  const from = START_MS + HOUR + 30 * MINUTE
  const columns = view(t, 'a', 'instant', from, from + MINUTE)
  expect(valuesOf(columns)).toEqual([240])
  expect(columns.stretches).toEqual([
    { minMs: START_MS + 15_000, maxMs: START_MS + HOUR, stepMs: HOUR },
  ])
  expect(view(t, 'a', 'samples', from, from + MINUTE).length).toBe(0)
})

test('what was deleted does not come back by thinning out', async () => {
  await using t = await TestStore.open({ futureMs: DAY })
  await putHour(t, ['a', 'b'], START_MS)
  await pass(t, DAY)
  const half = { minMs: START_MS, maxMs: START_MS + HOUR / 2 }
  await t.store.deleteSeries([matcher('__name__=a')], half.minMs, half.maxMs)
  t.store.setRetention({ retentionRules: [rule('__name__=~.+', [5 * MINUTE, 0])] })
  await t.store.maintain()
  expect(valuesOf(view(t, 'a', 'count'))).toEqual(Array(6).fill(20))
  expect(valuesOf(view(t, 'b', 'count'))).toEqual(Array(12).fill(20))
  await t.store.deleteSeries([matcher('__name__=b')], half.minMs, half.maxMs)
  expect(valuesOf(view(t, 'b', 'sum'))).toHaveLength(6)
  await t.store.cleanTombstones()
  expect(valuesOf(view(t, 'b', 'count'))).toEqual(Array(6).fill(20))
})

test('native histograms keep the ends of steps and both sides of a reset', async () => {
  await using t = await TestStore.open({ futureMs: DAY })
  const ref = t.appender.ref(named('took'))
  const counts = Array.from({ length: 240 }, (_, i) => (i < 130 ? i + 1 : i - 129))
  for (const [i, count] of counts.entries()) {
    t.appender.appendHistogram(ref, START_MS + (i + 1) * 15_000, histogramOf(count))
  }
  await t.appender.commit()
  await pass(t, DAY)
  t.store.setRetention({ retentionRules: [rule('__name__=took', [HOUR, 0])] })
  await pass(t, HOUR)
  const kept = (): (number | undefined)[] =>
    view(t, 'took', 'counter').histograms!.map((one) => one?.count)
  expect(kept()).toEqual([10, 1300, 10, 1100])
  await t.restart()
  expect(kept()).toEqual([10, 1300, 10, 1100])
})

test('whatever comes, and however it is thinned out, merged and restarted: nothing that steps keep is lost', async () => {
  const minutes = fc.integer({ min: 1, max: 400 })
  const burst = fc.tuple(
    fc.constantFrom('a', 'b'),
    fc.array(fc.tuple(fc.integer({ min: 1, max: 120_000 }), fc.integer({ min: 0, max: 30 })), {
      minLength: 1,
      maxLength: 40,
    }),
  )
  const deed = fc.oneof(
    { weight: 4, arbitrary: fc.record({ kind: fc.constant('put' as const), burst }) },
    { weight: 3, arbitrary: fc.record({ kind: fc.constant('wait' as const), minutes }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('restart' as const) }) },
  )
  const levels = [
    [0, 3 * HOUR],
    [5 * MINUTE, 12 * HOUR],
    [HOUR, 0],
  ] as const
  await fc.assert(
    fc.asyncProperty(fc.array(deed, { minLength: 5, maxLength: 25 }), async (deeds) => {
      const rules = [rule('__name__=~[ab]', ...levels)]
      await using t = await TestStore.open({ retentionRules: rules, futureMs: DAY })
      const put: Record<string, [number, number][]> = { a: [], b: [] }
      const newest = { a: START_MS, b: START_MS }
      for (const each of deeds) {
        if (each.kind === 'restart') await t.restart()
        else if (each.kind === 'wait') await pass(t, each.minutes * MINUTE)
        else {
          const [name, steps] = each.burst
          let time = Math.max(newest[name], t.clock.nowMs - 10 * MINUTE)
          const samples = steps.map(([step, value]): [number, number] => [(time += step), value])
          newest[name] = time
          put[name]!.push(...samples)
          expect((await t.put({ [name]: samples })).rejected).toEqual({})
        }
      }
      await pass(t, DAY)
      for (const [name, all] of Object.entries(put)) {
        if (all.length === 0) continue
        const total = (columns: SampleColumns): number =>
          valuesOf(columns).reduce((sum, value) => sum + value, 0)
        const values = all.map(([, value]) => value)
        const kept = t.get(name)
        expect(total(view(t, name, 'count'))).toBe(all.length)
        expect(total(view(t, name, 'sum'))).toBe(values.reduce((sum, value) => sum + value, 0))
        expect([kept[0], kept.at(-1)]).toEqual([all[0], all.at(-1)])
        expect(Math.max(...kept.map(([, value]) => value))).toBe(Math.max(...values))
        expect(Math.min(...kept.map(([, value]) => value))).toBe(Math.min(...values))
        expect(rise(valuesOf(view(t, name, 'counter')))).toBe(rise(values))
      }
    }),
    { numRuns: 6 },
  )
})

function rise(values: readonly number[]): number {
  let sum = 0
  for (let i = 1; i < values.length; i++) {
    const [before, value] = [values[i - 1]!, values[i]!]
    sum += value < before ? value : value - before
  }
  return sum
}
