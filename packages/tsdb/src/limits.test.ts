import { describe, expect, test } from 'vitest'

import { giveBackLoop } from './give-back-loop.ts'
import { START_MS, TestStore, named } from './test-store.ts'

const MINUTE = 60_000

describe('series of one metric', () => {
  test('beyond the limit are refused with the reason and an example, old ones and other metrics go on', async () => {
    await using t = await TestStore.open({ metricSeriesMax: 2 })
    await t.put({ 'a{i=1}': [[START_MS, 1]], 'a{i=2}': [[START_MS, 1]] })
    const result = await t.put({
      'a{i=1}': [[START_MS + 1, 2]],
      'a{i=3}': [[START_MS + 1, 2]],
      'b{i=3}': [[START_MS + 1, 2]],
    })
    expect(result).toMatchObject({ appended: 2, rejected: { metric_series_limit: 1 } })
    expect(result.example).toContain('i=3')
    expect(t.store.stats().rejected).toEqual({ metric_series_limit: 1 })
    await t.restart()
    expect(await t.put({ 'a{i=4}': [[START_MS + 1, 2]] })).toMatchObject({ appended: 0 })
    expect(await t.put({ 'b{i=4}': [[START_MS + 1, 2]] })).toMatchObject({ appended: 1 })
  })

  test('have room again when others have gone', async () => {
    await using t = await TestStore.open({ metricSeriesMax: 1, retentionMs: 60 * MINUTE })
    await t.put({ 'a{i=1}': [[START_MS, 1]] })
    const later = t.appender.ref(named('a{i=2}'))
    t.appender.append(later, START_MS, 1)
    expect(await t.appender.commit()).toMatchObject({ rejected: { metric_series_limit: 1 } })
    t.clock.nowMs += 80 * MINUTE
    await t.store.maintain()
    await t.store.maintain()
    t.appender.append(later, t.clock.nowMs, 2)
    expect(await t.appender.commit()).toMatchObject({ appended: 1, rejected: {} })
    // The one that was first is new again, and there is no room for it.
    expect(await t.put({ 'a{i=1}': [[t.clock.nowMs, 1]] })).toMatchObject({
      appended: 0,
      rejected: { metric_series_limit: 1 },
      example: '{__name__=a, i=1}',
    })
  })

  test('0 sets no limit', async () => {
    await using t = await TestStore.open({ metricSeriesMax: 0 })
    const samples = Array.from({ length: 50 }, (_, i) => [`a{i=${i}}`, [[START_MS, i]] as const])
    const result = await t.put(Object.fromEntries(samples) as Record<string, [number, number][]>)
    expect(result.appended).toBe(50)
  })
})

describe('a description', () => {
  const about = { type: 'gauge', help: 'h', unit: '' } as const

  test.each([
    ['longer than a key may be', 'x'.repeat(3000)],
    ['of 20 MB', 'x'.repeat(20_000_000)],
    ['longer in bytes than in characters', 'ß'.repeat(900)],
    ['empty', ''],
  ])('of a name that is %s is counted, and costs the others nothing', async (_what, name) => {
    await using t = await TestStore.open()
    t.appender.describe(name, about)
    t.appender.describe('a', about)
    expect(await t.put({ a: [[START_MS, 1]] })).toMatchObject({ appended: 1, rejected: {} })
    expect(t.store.stats()).toMatchObject({ metadataRefused: 1, commitsFailed: 0 })
    expect([...t.reader.metadata().keys()]).toEqual(['a'])
  })

  test.each([
    ['with a NUL', 'a\0b'],
    ['of half a surrogate', 'a\ud800'],
    ['that objects have', '__proto__'],
    ['just short enough', 'x'.repeat(1024)],
  ])('of a name %s is kept over a restart', async (_what, name) => {
    await using t = await TestStore.open()
    t.appender.describe(name, about)
    expect(await t.put({ a: [[START_MS, 1]] })).toMatchObject({ appended: 1 })
    await t.restart()
    expect([...t.reader.metadata().values()]).toEqual([about])
  })

  test('that is very long is kept to where it stops being one, and written once', async () => {
    await using t = await TestStore.open()
    const long = { ...about, help: 'x'.repeat(1_000_000) }
    for (let i = 0; i < 2; i++) {
      t.appender.describe('a', long)
      await t.put({ a: [[START_MS + i, 1]] })
    }
    expect(t.reader.metadata().get('a')?.help).toBe(`${'x'.repeat(16_384)}…`)
  })

  test('of one name too many is counted', async () => {
    await using t = await TestStore.open()
    for (let i = 0; i < 200_005; i++) t.appender.describe(`m${i}`, about)
    await t.put({ a: [[START_MS, 1]] })
    expect(t.store.stats()).toMatchObject({ metadataRefused: 5 })
    t.appender.describe('m0', { ...about, help: 'new' })
    await t.put({ a: [[START_MS + 1, 1]] })
    expect(t.reader.metadata().get('m0')?.help).toBe('new')
  })
})

test('a commit of too many samples is refused whole and counted, the next one is taken', async () => {
  await using t = await TestStore.open({ samplesPerCommitMax: 3 })
  const many = [0, 1, 2, 3].map((ms): [number, number] => [START_MS + ms, ms])
  await expect(t.put({ a: many })).rejects.toMatchObject({ code: 'STORAGE_VALUE' })
  expect(t.get('a')).toEqual([])
  expect(t.store.stats()).toMatchObject({ commitsRefused: 1, samplesRefused: 4 })
  expect((await t.put({ a: many.slice(1) })).appended).toBe(3)
})

describe('numbers that are given back', () => {
  test('are good to the end of their batch, and then for other series', async () => {
    await using t = await TestStore.open()
    const a = t.appender.ref(named('a'))
    t.appender.append(a, START_MS, 1)
    t.appender.release(a)
    const b = t.appender.ref(named('b'))
    t.appender.append(b, START_MS, 2)
    await t.appender.commit()
    const c = t.appender.ref(named('c'))
    expect(c).toBe(a)
    t.appender.append(c, START_MS, 3)
    await t.appender.commit()
    expect([t.get('a'), t.get('b'), t.get('c')]).toEqual([1, 2, 3].map((n) => [[START_MS, n]]))
  })

  test('that were asked for twice are given back twice', async () => {
    await using t = await TestStore.open()
    const a = t.appender.ref(named('a'))
    expect(t.appender.ref(named('a'))).toBe(a)
    t.appender.release(a)
    await t.appender.commit()
    expect(t.appender.ref(named('b'))).not.toBe(a)
    t.appender.append(a, START_MS, 1)
    expect((await t.appender.commit()).appended).toBe(1)
  })

  test('and used all the same are refused, and nothing else is hurt', async () => {
    await using t = await TestStore.open()
    const a = t.appender.ref(named('a'))
    t.appender.release(a)
    await t.appender.commit()
    t.appender.append(a, START_MS, 1)
    expect(await t.appender.commit()).toEqual({
      appended: 0,
      rejected: { bad_labels: 1 },
      example: '',
    })
  })

  test('never carry a sample to another series, whatever is given back when', async () => {
    await giveBackLoop(15)
  })
})
