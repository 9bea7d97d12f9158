import { join } from 'node:path'

import * as fc from 'fast-check'
import { expect, test } from 'vitest'

import { START_MS, TestStore, matcher, samplesOf } from './test-store.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const ALL = [-(2 ** 51), 2 ** 51] as const

function namesOf(t: TestStore): string[] {
  using querier = t.reader.querier(...ALL)
  return querier.labelValues('__name__', [])
}

function selected(t: TestStore, text: string): number {
  using querier = t.reader.querier(...ALL)
  return querier.select({ matchers: [matcher(text)], minMs: ALL[0], maxMs: ALL[1] }).count
}

test('what is deleted is gone for queries at once: in memory, sealed, after a restart, cleaned', async () => {
  await using t = await TestStore.open()
  await t.put({ 'a{i=1}': [[START_MS, 1]], 'a{i=2}': [[START_MS, 2]] })
  t.clock.nowMs += 20 * MINUTE
  await t.store.maintain()
  await t.put({ 'a{i=1}': [[t.clock.nowMs, 3]], 'a{i=2}': [[t.clock.nowMs, 4]] })
  await t.store.deleteSeries([matcher('i=1')], ...ALL)
  for (const round of ['at once', 'sealed', 'restarted', 'cleaned']) {
    expect(t.get('a{i=1}'), round).toEqual([])
    expect(t.get('a{i=2}'), round).toHaveLength(2)
    t.clock.nowMs += 20 * MINUTE
    await t.store.maintain()
    if (round === 'sealed') await t.restart()
    if (round === 'restarted') await t.store.cleanTombstones()
  }
  expect(t.store.stats()).toMatchObject({ series: 1, sealedSamples: 2 })
})

test.each<[string, [number, number], number[]]>([
  ['both ends are included', [10, 20], [0, 30]],
  ['a range between samples deletes nothing', [11, 19], [0, 10, 20, 30]],
  ['a range that ends before it begins deletes nothing', [20, 10], [0, 10, 20, 30]],
  ['all time', [-Infinity, Infinity], []],
])('%s', async (_, [from, to], want) => {
  await using t = await TestStore.open()
  const samples = [0, 10, 20, 30].map((ms): [number, number] => [START_MS + ms, ms])
  await t.put({ a: samples })
  await t.store.deleteSeries([matcher('__name__=a')], START_MS + from, START_MS + to)
  const left = want.map((ms) => [START_MS + ms, ms])
  expect(t.get('a')).toEqual(left)
  t.clock.nowMs += 20 * MINUTE
  await t.store.cleanTombstones()
  expect(t.get('a')).toEqual(left)
})

test('samples that come for a deleted time are seen, before and after a restart', async () => {
  await using t = await TestStore.open()
  await t.put({ a: [[START_MS, 1]], b: [[START_MS, 7]] })
  await t.store.deleteSeries([matcher('__name__=a')], ...ALL)
  await t.put({ a: [[START_MS, 2]] })
  await t.restart()
  await t.put({ a: [[START_MS + 1, 3]] })
  const want = [
    [START_MS, 2],
    [START_MS + 1, 3],
  ]
  for (let round = 0; round < 3; round++) {
    expect(t.get('a')).toEqual(want)
    expect(t.get('b')).toEqual([[START_MS, 7]])
    t.clock.nowMs += 20 * MINUTE
    await t.store.cleanTombstones()
  }
})

test('a view that was opened before the delete goes on seeing what it saw', async () => {
  await using t = await TestStore.open()
  await t.put({ a: [[START_MS, 1]] })
  t.clock.nowMs += 20 * MINUTE
  await t.store.maintain()
  using querier = t.reader.querier(...ALL)
  await t.store.deleteSeries([matcher('__name__=a')], ...ALL)
  await t.store.cleanTombstones()
  const [minMs, maxMs] = ALL
  const set = querier.select({ matchers: [matcher('i=')], minMs, maxMs })
  expect(set.count).toBe(1)
})

test('cleaning frees the room and forgets series that have nothing left', async () => {
  await using t = await TestStore.open()
  const names = Array.from({ length: 40 }, (_, i) => `a_${i}`)
  for (let step = 0; step < 60; step++) {
    t.clock.nowMs += MINUTE
    const samples = names.map((name) => [name, [[t.clock.nowMs, step * 1.37]] as const])
    await t.put(Object.fromEntries(samples) as Record<string, [number, number][]>)
  }
  t.clock.nowMs += HOUR
  await t.store.maintain()
  const before = t.store.stats()
  await t.store.deleteSeries([matcher('__name__!=a_0')], ...ALL)
  expect(selected(t, 'i=')).toBe(1)
  await t.store.cleanTombstones()
  expect(namesOf(t)).toEqual(['a_0'])
  const after = t.store.stats()
  expect(after.series).toBe(1)
  expect(after.sealedSamples).toBe(60)
  expect(after.sealedBytes).toBeLessThan(before.sealedBytes)
  await t.restart()
  expect(namesOf(t)).toEqual(['a_0'])
  expect(t.get('a_0')).toHaveLength(60)
})

test('a thousand deletes wait at most', async () => {
  await using t = await TestStore.open()
  await t.put({ a: [[START_MS, 1]] })
  for (let i = 0; i < 1000; i++) await t.store.deleteSeries([matcher('__name__=a')], i, i)
  const more = t.store.deleteSeries([matcher('__name__=a')], ...ALL)
  await expect(more).rejects.toMatchObject({ code: 'STORAGE_BUSY' })
  expect(t.store.stats().tombstones).toBe(1000)
  await t.store.cleanTombstones()
  expect(t.store.stats().tombstones).toBe(0)
  await t.store.deleteSeries([matcher('__name__=a')], ...ALL)
  expect(t.get('a')).toEqual([])
})

test('a matcher that cannot be read deletes nothing', async () => {
  await using t = await TestStore.open()
  await t.put({ a: [[START_MS, 1]] })
  const refused = t.store.deleteSeries([matcher('__name__=~(')], ...ALL)
  await expect(refused).rejects.toMatchObject({ code: 'MATCHER_BAD_REGEX' })
  expect(t.get('a')).toHaveLength(1)
})

test('a snapshot is the store of its moment, with the head or without', async () => {
  await using t = await TestStore.open()
  await t.put({ a: [[START_MS, 1]] })
  t.clock.nowMs += 20 * MINUTE
  await t.store.maintain()
  await t.put({ a: [[t.clock.nowMs, 2]] })
  const whole = await t.store.snapshot()
  expect(whole.name).toMatch(/^20260105T102000Z-[0-9a-f]{16}$/)
  const sealed = await t.store.snapshot(true)
  await t.put({ a: [[t.clock.nowMs + 1, 3]] })
  for (const [{ name }, count] of [
    [whole, 2],
    [sealed, 1],
  ] as const) {
    const path = join(t.path, 'snapshots', name)
    await using copy = new TestStore({}, path)
    copy.clock.nowMs = t.clock.nowMs
    await copy.start()
    expect(copy.get('a')).toHaveLength(count)
    expect((await copy.put({ b: [[t.clock.nowMs, 1]] })).appended).toBe(1)
  }
  expect(t.get('a')).toHaveLength(3)
})

const deed = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant('put' as const),
      series: fc.integer({ min: 0, max: 3 }),
      backMs: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 2 * HOUR })),
      value: fc.integer({ min: 0, max: 3 }),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('wait' as const),
      ms: fc.integer({ min: 1, max: 3 * HOUR }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('delete' as const),
      series: fc.integer({ min: 0, max: 3 }),
      backMs: fc.integer({ min: 0, max: 4 * HOUR }),
      spanMs: fc.integer({ min: 0, max: 4 * HOUR }),
      whileBusy: fc.boolean(),
    }),
  },
  { weight: 3, arbitrary: fc.constant({ kind: 'maintain' as const }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'clean' as const }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'restart' as const }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'snapshot' as const }) },
)

test('after any deeds, deletes among them, the store holds what a plain map holds', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(deed, { maxLength: 60 }), async (deeds) => {
      const options = { outOfOrderWindowMs: 90 * MINUTE }
      const opened: TestStore[] = []
      let t = await TestStore.open(options)
      opened.push(t)
      try {
        const want = new Map<string, Map<number, number>>()
        let newest = Number.NEGATIVE_INFINITY
        for (const each of deeds) {
          if (each.kind === 'wait') t.clock.nowMs += each.ms
          else if (each.kind === 'maintain') await t.store.maintain()
          else if (each.kind === 'clean') await t.store.cleanTombstones()
          else if (each.kind === 'restart') await t.restart()
          else if (each.kind === 'snapshot') {
            // From here on the copy is the store.
            const { name } = await t.store.snapshot()
            const next = new TestStore(options, join(t.path, 'snapshots', name))
            next.clock.nowMs = t.clock.nowMs
            await t.stop()
            await next.start()
            t = next
            opened.push(t)
          } else if (each.kind === 'delete') {
            const minMs = t.clock.nowMs - each.backMs
            const maxMs = minMs + each.spanMs
            const busy = each.whileBusy ? t.store.maintain() : undefined
            await t.store.deleteSeries([matcher(`__name__=s${each.series}`)], minMs, maxMs)
            await busy
            const samples = want.get(`s${each.series}`)
            for (const time of samples?.keys() ?? []) {
              if (time >= minMs && time <= maxMs) samples!.delete(time)
            }
          } else {
            const time = t.clock.nowMs - each.backMs
            const name = `s${each.series}`
            await t.put({ [name]: [[time, each.value]] })
            if (time < newest - 90 * MINUTE) continue
            newest = Math.max(newest, time)
            const samples = want.get(name) ?? new Map<number, number>()
            want.set(name, samples)
            if (!samples.has(time)) samples.set(time, each.value)
          }
        }
        for (const [name, samples] of want) {
          expect(samplesOf(t.reader, name)).toEqual([...samples].sort((a, b) => a[0] - b[0]))
        }
      } finally {
        for (const store of opened.reverse()) await store[Symbol.asyncDispose]()
      }
    }),
    { numRuns: 60 },
  )
})
