import { expect, test } from 'vitest'

import { Labels } from '@weir/model'

import { openEnvironment } from './disk/environment.ts'
import { TestStore, matcher, named, samplesOf } from './test-store.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE

const pod = (n: number): Labels => Labels.of({ __name__: 'up', pod: `pod-${n}`, zone: `${n % 3}` })

/** A series lives for one round; two live for ever, one of them silent now and then. */
async function churn(t: TestStore, rounds: number, each: number, first = 0): Promise<void> {
  const steady = t.appender.ref(named('steady'))
  for (let round = 0; round < rounds; round++) {
    t.clock.nowMs += HOUR
    t.appender.append(steady, t.clock.nowMs, round)
    for (let i = 0; i < each; i++) {
      const ref = t.appender.ref(pod(first + round * each + i))
      t.appender.append(ref, t.clock.nowMs, i)
      t.appender.release(ref)
    }
    await t.appender.commit()
    await t.store.maintain()
  }
}

async function settle(t: TestStore): Promise<void> {
  for (let i = 0; i < 4; i++) {
    t.clock.nowMs += HOUR
    await t.put({ steady: [[t.clock.nowMs, 1]] })
    await t.store.maintain()
  }
}

const options = { retentionMs: 2 * HOUR, outOfOrderWindowMs: HOUR }

test('labels of short-lived series are forgotten when they have gone, in memory and on disk', async () => {
  await using t = await TestStore.open(options)
  await churn(t, 30, 2000)
  await settle(t)
  const { series, symbols, labelPairs } = t.store.stats()
  expect(series).toBeLessThan(10)
  expect(symbols).toBeLessThan(25_000)
  expect(labelPairs).toBeLessThan(25_000)
  expect(t.get('steady').length).toBeGreaterThan(1)
  await churn(t, 2, 5, 900_000)
  using querier = t.reader.querier(0, 2 ** 50)
  expect(querier.labelValues('zone', [])).toEqual(['0', '1', '2'])
  await t.restart()
  expect(t.store.stats().symbols).toBeLessThan(25_000)
  expect(samplesOf(t.reader, 'up{pod=pod-900009,zone=0}')).toHaveLength(1)
  await t.stop()
  const environment = openEnvironment(t.path)
  const bytes = [...environment.dictionary.getRange({})].reduce(
    (sum, { value }) => sum + value.length,
    0,
  )
  await environment.root.close()
  expect(bytes).toBeLessThan(700_000)
}, 60_000)

test('who knew a series that has gone writes to it again; a view that was open keeps its labels', async () => {
  await using t = await TestStore.open(options)
  const sleeper = t.appender.ref(named('sleeper{a=b}'))
  t.appender.append(sleeper, t.clock.nowMs, 1)
  await t.appender.commit()
  await churn(t, 3, 7000)
  const querier = t.reader.querier(0, 2 ** 50)
  const select = { matchers: [matcher('__name__=up')], minMs: 0, maxMs: 2 ** 50 }
  const set = querier.select(select)
  const before = Array.from({ length: set.count }, (_, i) => set.labels(i).toString())
  expect(before.length).toBeGreaterThan(1000)
  await churn(t, 6, 5000, 50_000)
  expect(t.store.stats().symbols).toBeLessThan(40_000)
  expect(Array.from({ length: set.count }, (_, i) => set.labels(i).toString())).toEqual(before)
  querier[Symbol.dispose]()
  t.appender.append(sleeper, t.clock.nowMs, 2)
  expect((await t.appender.commit()).appended).toBe(1)
  expect(t.get('sleeper{a=b}')).toEqual([[t.clock.nowMs, 2]])
  await t.restart()
  expect(t.get('sleeper{a=b}')).toEqual([[t.clock.nowMs, 2]])
}, 60_000)

test('series that begin while the labels are gone through are not lost', async () => {
  await using t = await TestStore.open(options)
  await churn(t, 4, 15_000)
  let count = 0
  let born: string[] = []
  for (let round = 0; round < 6; round++) {
    born = []
    t.clock.nowMs += HOUR
    const upkeep = { isDone: false }
    const maintained = t.store.maintain().finally(() => {
      upkeep.isDone = true
    })
    while (!upkeep.isDone) {
      born.push(`born_${count}`)
      await t.put({ [`born_${count}`]: [[t.clock.nowMs, ++count]] })
    }
    await maintained
  }
  expect(t.store.stats().symbols).toBeLessThan(60_000)
  expect(count).toBeGreaterThan(10)
  const found = (): number[] => born.map((name) => t.get(name).length)
  expect(found()).toEqual(born.map(() => 1))
  await t.restart()
  expect(found()).toEqual(born.map(() => 1))
}, 60_000)

test('windows that were sealed before are read as before, by queries that go on and after a restart', async () => {
  await using t = await TestStore.open({ ...options, retentionMs: 100 * HOUR })
  // Names that go, before names that stay: whatever is numbered anew moves up.
  const names = Array.from({ length: 60 }, (_, i) => `metric_${i}`)
  const put = async (gone: number): Promise<void> => {
    const samples: Record<string, [number, number][]> = {}
    for (let i = 0; i < gone; i++) samples[`short_${t.clock.nowMs}_${i}`] = [[t.clock.nowMs, i]]
    for (const [i, name] of names.entries()) {
      for (const k of [0, 1, 2]) samples[`${name}{k=${k}}`] = [[t.clock.nowMs, i + k / 4]]
    }
    await t.put(samples)
  }
  for (let round = 0; round < 6; round++) {
    await put(5000)
    t.clock.nowMs += HOUR
    await t.store.maintain()
  }
  const all = (): unknown[] => names.map((name) => [0, 1, 2].map((k) => t.get(`${name}{k=${k}}`)))
  const before = all()
  expect(before.flat(2)).toHaveLength(60 * 3 * 6)
  expect(t.store.stats().symbols).toBeGreaterThan(30_000)
  await t.store.deleteSeries([matcher('__name__=~short_.*')], 0, 2 ** 50)
  await t.store.cleanTombstones()
  await t.store.maintain()
  expect(t.store.stats().symbols).toBeLessThan(100)
  expect(all()).toEqual(before)
  await put(3)
  const after = all()
  expect(after.flat(2)).toHaveLength(60 * 3 * 7)
  t.clock.nowMs += 30 * HOUR
  await t.store.maintain()
  expect(all()).toEqual(after)
  await t.restart()
  expect(all()).toEqual(after)
}, 60_000)
