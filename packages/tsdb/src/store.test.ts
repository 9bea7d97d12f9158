import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { Labels, STALE_MARKER, isStale } from '@weir/model'

import { openStore } from './open-store.ts'
import { START_MS, TestStore, columnsOf, matcher, named, samplesOf } from './test-store.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

describe('what is appended', () => {
  test('is there after the commit, and not before', async () => {
    await using t = await TestStore.open()
    const ref = t.appender.ref(named('up'))
    t.appender.append(ref, START_MS, 1)
    expect(t.get('up')).toEqual([])
    expect(await t.appender.commit()).toEqual({ appended: 1, rejected: {}, example: '' })
    expect(t.get('up')).toEqual([[START_MS, 1]])
  })

  test('is not in a view that was opened before', async () => {
    await using t = await TestStore.open()
    await t.put({ a: [[START_MS, 1]] })
    using querier = t.reader.querier(0, 2 ** 50)
    await t.put({ b: [[START_MS, 1]] })
    const select = { matchers: [matcher('__name__=b')], minMs: 0, maxMs: 2 ** 50 }
    expect(querier.select(select).count).toBe(0)
  })

  test('keeps stale markers, NaN, -0 and infinities, in memory and sealed', async () => {
    await using t = await TestStore.open()
    // Not in an array of numbers: V8 makes every NaN in one a quiet NaN, a stale marker too.
    const values = new Float64Array([
      0,
      Number.NaN,
      -0,
      Infinity,
      -Infinity,
      5e-324,
      2 ** 53 + 2,
      0.1,
    ])
    values[0] = STALE_MARKER
    const ref = t.appender.ref(named('odd'))
    for (let i = 0; i < values.length; i++) t.appender.append(ref, START_MS + i, values[i]!)
    await t.appender.commit()
    for (const round of ['head', 'sealed', 'restarted']) {
      const back = columnsOf(t.reader, 'odd')
      expect(isStale(back.values[0]!), round).toBe(true)
      expect(isStale(back.values[1]!), round).toBe(false)
      expect([...back.values.subarray(1, back.length)], round).toEqual([...values.subarray(1)])
      t.clock.nowMs += 20 * MINUTE
      await t.store.maintain()
      if (round === 'sealed') await t.restart()
    }
    expect(t.store.stats().headSamples).toBe(0)
  })

  test('a stale marker that went through an array of numbers is one still', async () => {
    await using t = await TestStore.open()
    await t.put({ gone: [[START_MS, STALE_MARKER]] })
    expect(isStale(columnsOf(t.reader, 'gone').values[0]!)).toBe(true)
  })

  test.each<[string, [number, number][], Record<string, number>, [number, number][]]>([
    [
      'in order',
      [
        [0, 1],
        [1, 2],
      ],
      {},
      [
        [0, 1],
        [1, 2],
      ],
    ],
    [
      'out of order',
      [
        [5, 1],
        [3, 2],
        [4, 3],
      ],
      {},
      [
        [3, 2],
        [4, 3],
        [5, 1],
      ],
    ],
    [
      'the same twice',
      [
        [1, 1],
        [1, 1],
      ],
      {},
      [[1, 1]],
    ],
    [
      'another value at the same time',
      [
        [1, 1],
        [1, 2],
      ],
      { duplicate_timestamp: 1 },
      [[1, 1]],
    ],
    [
      'the same again, late',
      [
        [1, 1],
        [9, 2],
        [1, 1],
      ],
      {},
      [
        [1, 1],
        [9, 2],
      ],
    ],
    [
      'another value, late',
      [
        [1, 1],
        [9, 2],
        [1, 7],
      ],
      { duplicate_timestamp: 1 },
      [
        [1, 1],
        [9, 2],
      ],
    ],
    [
      'an hour back',
      [
        [0, 1],
        [-HOUR, 2],
      ],
      {},
      [
        [-HOUR, 2],
        [0, 1],
      ],
    ],
    [
      'further back',
      [
        [0, 1],
        [-HOUR - 1, 2],
      ],
      { out_of_order: 1 },
      [[0, 1]],
    ],
    ['ten minutes ahead', [[10 * MINUTE, 1]], {}, [[10 * MINUTE, 1]]],
    ['further ahead', [[10 * MINUTE + 1, 1]], { too_far_in_future: 1 }, []],
    [
      'not a time',
      [
        [Number.NaN, 1],
        [0, 1],
      ],
      { out_of_order: 1 },
      [[0, 1]],
    ],
  ])('%s: in one commit and in many', async (_, samples, rejected, want) => {
    await using t = await TestStore.open()
    const shifted = (list: [number, number][]): [number, number][] =>
      list.map(([time, value]) => [START_MS + time, value])
    const one = await t.put({ one: shifted(samples) })
    expect(one.rejected).toEqual(rejected)
    expect(t.get('one')).toEqual(shifted(want))
    for (const sample of shifted(samples)) await t.put({ many: [sample] })
    expect(t.get('many')).toEqual(shifted(want))
    await t.restart()
    expect(t.get('many')).toEqual(shifted(want))
  })
})

describe('a series', () => {
  test('is in the store from its first sample or exemplar on, however long it has a number', async () => {
    await using t = await TestStore.open()
    const { appender } = t
    const [a, b, c, d] = ['a', 'b', 'c', 'd'].map((name) => appender.ref(named(name)))
    await appender.commit()
    expect(t.store.stats()).toMatchObject({ series: 0, symbols: 0 })
    appender.append(a!, START_MS, 1)
    appender.append(b!, START_MS, 2)
    appender.release(b!) // what is queued under it is taken
    appender.release(c!)
    expect(appender.ref(named('c'))).not.toBe(c)
    await appender.commit()
    expect(t.store.stats().series).toBe(2)
    expect([t.get('a'), t.get('b')]).toEqual([[[START_MS, 1]], [[START_MS, 2]]])
    appender.appendExemplar(d!, { labels: named('x'), value: 1, timeMs: START_MS })
    await appender.commit()
    expect(t.store.stats().series).toBe(3)
    const again = appender.ref(named('c'))
    appender.append(again, START_MS, 3)
    await appender.commit()
    expect(t.get('c')).toEqual([[START_MS, 3]])
    expect(appender.ref(named('a'))).toBe(a)
  })
})

describe('limits', () => {
  test('series beyond the limit are refused, those before go on', async () => {
    await using t = await TestStore.open({ seriesMax: 2 })
    await t.put({ a: [[START_MS, 1]], b: [[START_MS, 1]] })
    const result = await t.put({ b: [[START_MS + 1, 2]], c: [[START_MS + 1, 3]] })
    expect(result).toMatchObject({ appended: 1, rejected: { series_limit: 1 } })
    expect(result.example).toContain('c')
    expect(t.get('b')).toHaveLength(2)
    expect(t.store.stats().rejected).toEqual({ series_limit: 1 })
  })

  test.each<[string, Labels, string]>([
    ['too many labels', Labels.of({ __name__: 'a', b: '1', c: '2', d: '3' }), 'label_limit'],
    ['a long value', Labels.of({ __name__: 'a', b: 'x'.repeat(200) }), 'label_limit'],
    ['a long name', Labels.of({ __name__: 'a', ['n'.repeat(40)]: 'x' }), 'label_limit'],
    ['no metric name', Labels.of({ b: 'x' }), 'bad_labels'],
  ])('%s: refused as %s', async (_, labels, reason) => {
    const limits = { labelsPerSeriesMax: 3, labelNameBytesMax: 20, labelValueBytesMax: 150 }
    await using t = await TestStore.open(limits)
    t.appender.append(t.appender.ref(labels), START_MS, 1)
    t.appender.append(t.appender.ref(named('good')), START_MS, 1)
    expect(await t.appender.commit()).toMatchObject({ appended: 1, rejected: { [reason]: 1 } })
  })

  test('a disk with too little room refuses samples and loses nothing; later all goes on', async () => {
    await using t = await TestStore.open({ diskReserveBytes: 2 ** 60 })
    await expect(t.put({ a: [[START_MS, 1]] })).rejects.toMatchObject({ code: 'STORAGE_FULL' })
    expect(t.get('a')).toEqual([])
    expect(t.store.stats()).toMatchObject({ commitsFailed: 1, headSamples: 0, maxTimeMs: null })
    await t.stop()
    await using later = new TestStore({}, t.path)
    await later.start()
    expect((await later.put({ a: [[START_MS, 1]] })).appended).toBe(1)
    expect(later.get('a')).toEqual([[START_MS, 1]])
  })

  test('an option out of its range is refused', async () => {
    await expect(openStore({ path: '/tmp/never', headWindowMs: 0 })).rejects.toMatchObject({
      code: 'STORAGE_VALUE',
    })
  })
})

describe('time goes by', () => {
  test('windows are sealed, merged to half an hour, to four, to a day, and say the same all along', async () => {
    await using t = await TestStore.open()
    const want: [number, number][] = []
    for (let step = 0; step < 30 * 60; step++) {
      t.clock.nowMs = START_MS + step * MINUTE
      want.push([t.clock.nowMs, step * 3])
      await t.put({ counter: [[t.clock.nowMs, step * 3]] })
      if (step % 7 === 0) await t.store.maintain()
    }
    expect(t.get('counter')).toEqual(want)
    const { windows, sealedSamples, headSamples } = t.store.stats()
    expect(sealedSamples + headSamples).toBe(want.length)
    expect(windows).toBeLessThan(40)
    await t.restart()
    expect(t.get('counter')).toEqual(want)
    const narrow = samplesOf(t.reader, 'counter', START_MS + 90 * MINUTE, START_MS + 100 * MINUTE)
    expect(narrow).toEqual(want.slice(90, 101))
  })

  test('late samples are sorted in, and the first one stays', async () => {
    await using t = await TestStore.open({ outOfOrderWindowMs: 3 * DAY })
    await t.put({
      a: [
        [START_MS, 1],
        [START_MS + 2, 3],
      ],
    })
    t.clock.nowMs += 2 * HOUR
    await t.put({ a: [[t.clock.nowMs, 9]] })
    await t.store.maintain()
    await t.put({
      a: [
        [START_MS + 1, 2],
        [START_MS + 2, 4],
      ],
    })
    const want = [
      [START_MS, 1],
      [START_MS + 1, 2],
      [START_MS + 2, 3],
      [t.clock.nowMs, 9],
    ]
    expect(t.get('a')).toEqual(want)
    await t.restart()
    expect(t.get('a')).toEqual(want)
    for (let days = 0; days < 3; days++) {
      t.clock.nowMs += DAY
      await t.store.maintain()
      expect(t.get('a')).toEqual(want)
    }
    expect(t.store.stats().windows).toBe(1)
  })

  test('what came in any order is, once settled, as sorted and as small as if it had come in order', async () => {
    const count = 720
    const at = (k: number): number => START_MS + k * 30_000
    const fill = async (t: TestStore, steps: readonly number[]): Promise<void> => {
      for (const [n, k] of steps.entries()) {
        await t.put({ a: [[at(k), k * 3]], b: [[at(k), k % 7]] })
        if (n % 90 === 0) await t.store.maintain()
        if (n % 200 === 0) t.clock.nowMs += 5 * MINUTE
      }
      for (const waitMs of [10 * MINUTE, HOUR]) {
        t.clock.nowMs += waitMs
        await t.store.maintain()
      }
    }
    const inOrder = Array.from({ length: count }, (_, k) => k)
    const shuffled = inOrder.toSorted((a, b) => ((a * 7919) % 733) - ((b * 7919) % 733))
    await using plain = await TestStore.open({ outOfOrderWindowMs: DAY })
    await using mixed = await TestStore.open({ outOfOrderWindowMs: DAY })
    plain.clock.nowMs = at(count)
    mixed.clock.nowMs = at(count)
    await fill(plain, inOrder)
    await fill(mixed, shuffled)
    const before = mixed.reader.mergedReads
    for (const name of ['a', 'b']) {
      expect(mixed.get(name)).toEqual(plain.get(name))
      const narrow = [mixed, plain].map((t) => samplesOf(t.reader, name, at(100), at(333)))
      expect(narrow[0]).toEqual(narrow[1])
      expect(narrow[0]).toHaveLength(234)
    }
    expect(mixed.reader.mergedReads).toBe(before)
    const { sealedBytes, sealedSamples, headSamples } = mixed.store.stats()
    expect([sealedSamples, headSamples]).toEqual([2 * count, 0])
    expect(sealedBytes).toBeLessThanOrEqual(plain.store.stats().sealedBytes)
  })

  test('late samples beside windows of today are merged with them when no more come', async () => {
    await using t = await TestStore.open()
    for (let k = 0; k < 90; k++) {
      t.clock.nowMs += MINUTE
      await t.put({ a: [[t.clock.nowMs, k]] })
      await t.store.maintain()
    }
    const late = t.clock.nowMs - 40 * MINUTE - 500
    await t.put({ a: [[late, 7]] })
    expect(t.get('a')).toContainEqual([late, 7])
    expect(t.reader.mergedReads).toBe(1)
    t.clock.nowMs += 10 * MINUTE
    await t.store.maintain()
    t.clock.nowMs += 20 * MINUTE
    await t.store.maintain()
    const want = t.get('a')
    expect(want).toHaveLength(91)
    expect(want).toContainEqual([late, 7])
    expect(t.reader.mergedReads).toBe(1)
  })

  test('a select leaves out series that have nothing in its range', async () => {
    await using t = await TestStore.open()
    await t.put({ gone: [[START_MS, 1]], here: [[START_MS, 1]] })
    t.clock.nowMs += 20 * MINUTE
    await t.store.maintain()
    await t.put({ here: [[t.clock.nowMs, 2]] })
    const select = (minMs: number): number => {
      using querier = t.reader.querier(minMs, t.clock.nowMs)
      return querier.select({ matchers: [], minMs, maxMs: t.clock.nowMs }).count
    }
    expect([select(START_MS), select(START_MS + MINUTE)]).toEqual([2, 1])
  })

  test('a start makes the file as small as what it holds', async () => {
    await using t = await TestStore.open()
    const labels = Array.from({ length: 2000 }, (_, i) => named(`a{i=${i}}`))
    const step = async (): Promise<void> => {
      const refs = labels.map((each) => t.appender.ref(each))
      for (const [i, ref] of refs.entries()) t.appender.append(ref, t.clock.nowMs, i / 7)
      await t.appender.commit()
      t.clock.nowMs += 1000
    }
    await t.store.keyValue().write([{ key: 'kept', value: 'yes' }])
    for (let k = 0; k < 200; k++) await step()
    t.clock.nowMs += 20 * MINUTE
    await t.store.maintain()
    const file = join(t.path, 'weir.mdb')
    const before = statSync(file).size
    const samples = samplesOf(t.reader, 'a{i=1234}')
    await t.stop()
    await t.start()
    expect(statSync(file).size * 4).toBeLessThan(before)
    expect(samples.length).toBe(200)
    expect(samplesOf(t.reader, 'a{i=1234}')).toEqual(samples)
    expect(t.store.keyValue().get('kept')).toBe('yes')
    // It can be written to: a copy by lmdb itself could not.
    for (let k = 0; k < 200; k++) await step()
    t.clock.nowMs += 20 * MINUTE
    await t.store.maintain()
    expect(samplesOf(t.reader, 'a{i=1234}').length).toBe(400)
  })

  test('a query meets a damaged sheet and says so; whole ones are read still', async () => {
    await using t = await TestStore.open()
    await t.put({ a: [[START_MS, 1]] })
    t.clock.nowMs += 20 * MINUTE
    await t.store.maintain()
    t.clock.nowMs = START_MS + 5 * HOUR // in a slot of its own
    await t.put({ a: [[t.clock.nowMs, 2]] })
    t.clock.nowMs += 20 * MINUTE
    await t.store.maintain()
    await t.stop()
    const file = join(t.path, 'windows', '1')
    const sheet = readFileSync(file)
    sheet[sheet.length - 10]! ^= 1
    writeFileSync(file, sheet)
    await t.start()
    expect(() => t.get('a')).toThrow(expect.objectContaining({ code: 'STORAGE_CORRUPT' }))
    const later = START_MS + 5 * HOUR
    expect(samplesOf(t.reader, 'a', later)).toEqual([[later, 2]])
  })

  test('old windows go by age, and series without data leave the index', async () => {
    await using t = await TestStore.open({ retentionMs: 2 * HOUR })
    await t.put({ old: [[START_MS, 1]], both: [[START_MS, 1]] })
    t.clock.nowMs += 130 * MINUTE
    await t.put({ both: [[t.clock.nowMs, 2]] })
    await t.store.maintain()
    t.clock.nowMs += HOUR
    await t.store.maintain()
    expect(t.get('both')).toHaveLength(1)
    const names = (): string[] => {
      using querier = t.reader.querier(0, 2 ** 50)
      return querier.labelValues('__name__', [])
    }
    expect(names()).toEqual(['both'])
    expect(t.store.stats().series).toBe(1)
    const again = await t.put({ old: [[t.clock.nowMs, 5]] })
    expect(again.appended).toBe(1)
    expect(t.get('old')).toEqual([[t.clock.nowMs, 5]])
    await t.restart()
    expect(names()).toEqual(['both', 'old'])
  })

  test('all files together stay within the size, however long one writes', async () => {
    const limit = 2 ** 20
    await using t = await TestStore.open({ retentionBytes: limit })
    const refs = Array.from({ length: 200 }, (_, i) => t.appender.ref(named(`s${i}`)))
    const sizes: number[] = []
    let written = 0
    for (let step = 0; step < 1200; step++) {
      t.clock.nowMs += MINUTE
      for (const ref of refs) t.appender.append(ref, t.clock.nowMs, Math.random())
      written += refs.length
      if (step % 10 > 0) continue
      await t.appender.commit()
      await t.store.maintain()
      sizes.push(t.store.stats().diskBytes)
    }
    expect(written * 8).toBeGreaterThan(limit * 1.5)
    // Between two rounds a few minutes come in that nobody has counted yet.
    expect(Math.max(...sizes)).toBeLessThan(limit * 1.1)
    expect(t.store.stats().sealedBytes).toBeGreaterThan(limit / 3)
  })

  test('old windows go by size, and their room is used again', async () => {
    await using t = await TestStore.open({ retentionBytes: 100_000 })
    const write = async (): Promise<void> => {
      for (let step = 0; step < 300; step++) {
        t.clock.nowMs += MINUTE
        const samples = Array.from({ length: 50 }, (_, i) => [
          `s${i}`,
          [[t.clock.nowMs, Math.random()]],
        ])
        await t.put(Object.fromEntries(samples) as Record<string, [number, number][]>)
        await t.store.maintain()
      }
    }
    await write()
    const { diskBytes } = t.store.stats()
    await write()
    const after = t.store.stats()
    expect(after.sealedBytes).toBeLessThanOrEqual(100_000)
    expect(after.diskBytes).toBeLessThan(diskBytes * 1.5)
  })
})

describe('selecting', () => {
  const series = ['up{job=a,i=1}', 'up{job=a,i=2}', 'up{job=b}', 'x{job=b,i=1}', 'x', 'y{i=12}']

  test.each<[string, string[]]>([
    ['__name__=up', ['up{job=a,i=1}', 'up{job=a,i=2}', 'up{job=b}']],
    ['__name__=up job=a', ['up{job=a,i=1}', 'up{job=a,i=2}']],
    ['__name__!=up', ['x{job=b,i=1}', 'x', 'y{i=12}']],
    ['job=', ['x', 'y{i=12}']],
    ['job!=', ['up{job=a,i=1}', 'up{job=a,i=2}', 'up{job=b}', 'x{job=b,i=1}']],
    ['job!=a', ['up{job=b}', 'x{job=b,i=1}', 'x', 'y{i=12}']],
    ['i=~1', ['up{job=a,i=1}', 'x{job=b,i=1}']],
    ['i=~1|2', ['up{job=a,i=1}', 'up{job=a,i=2}', 'x{job=b,i=1}']],
    ['i=~1.*', ['up{job=a,i=1}', 'x{job=b,i=1}', 'y{i=12}']],
    ['i=~1.+', ['y{i=12}']],
    ['i=~[12]', ['up{job=a,i=1}', 'up{job=a,i=2}', 'x{job=b,i=1}']],
    ['i=~(1|)', ['up{job=a,i=1}', 'up{job=b}', 'x{job=b,i=1}', 'x']],
    ['i!~1|2', ['up{job=b}', 'x', 'y{i=12}']],
    ['i!~.*', []],
    ['i!~.+', ['up{job=b}', 'x']],
    ['i=~.*', series],
    ['nothing=', series],
    ['nothing=a', []],
    ['__name__=~up|x job=b i!=1', ['up{job=b}']],
    ['__name__=~.*u.*', ['up{job=a,i=1}', 'up{job=a,i=2}', 'up{job=b}']],
  ])('%s', async (text, want) => {
    await using t = await TestStore.open()
    await t.put(Object.fromEntries(series.map((name) => [name, [[START_MS, 1] as const]])))
    using querier = t.reader.querier(0, 2 ** 50)
    const matchers = text.split(' ').map(matcher)
    const set = querier.select({ matchers, minMs: 0, maxMs: 2 ** 50 })
    const found = Array.from({ length: set.count }, (_, i) => set.labels(i).toString())
    expect(found.toSorted()).toEqual(want.map((name) => named(name).toString()).toSorted())
  })

  test('label names and values, of all and of some', async () => {
    await using t = await TestStore.open()
    await t.put(Object.fromEntries(series.map((name) => [name, [[START_MS, 1] as const]])))
    using querier = t.reader.querier(0, 2 ** 50)
    expect(querier.labelNames([])).toEqual(['__name__', 'i', 'job'])
    expect(querier.labelNames([matcher('__name__=y')])).toEqual(['__name__', 'i'])
    expect(querier.labelValues('i', [])).toEqual(['1', '12', '2'])
    expect(querier.labelValues('i', [matcher('job=a')])).toEqual(['1', '2'])
    expect(querier.labelValues('none', [])).toEqual([])
  })

  test('a regular expression that cannot be read says so', async () => {
    await using t = await TestStore.open()
    using querier = t.reader.querier(0, 1)
    const select = { matchers: [matcher('a=~(')], minMs: 0, maxMs: 1 }
    expect(() => querier.select(select)).toThrow(/Cannot read the regular expression/)
  })
})

describe('history', () => {
  const LONG_AGO = [0, 86_400_000 - 1, -5 * DAY, Date.UTC(1999, 11, 31, 23, 59, 59, 999)]

  test('from 1970 on is taken under a window that is wide enough, and by who may send it', async () => {
    await using wide = await TestStore.open({ outOfOrderWindowMs: 100 * 365 * DAY, retentionMs: 0 })
    await using plain = await TestStore.open({ retentionMs: 0 })
    const history = plain.store.appender({ takesHistory: true })
    for (const t of [wide, plain]) await t.put({ now: [[START_MS, 1]] })
    for (const appender of [wide.appender, history]) {
      const ref = appender.ref(named('old'))
      for (const [i, time] of LONG_AGO.entries()) appender.append(ref, time, i)
      expect(await appender.commit()).toMatchObject({ appended: 4, rejected: {} })
    }
    expect(await plain.put({ older: [[START_MS - 2 * HOUR, 1]] })).toMatchObject({
      rejected: { out_of_order: 1 },
    })
    const want = LONG_AGO.map((time, i): [number, number] => [time, i]).sort((a, b) => a[0] - b[0])
    for (const t of [wide, plain]) {
      expect(t.get('old')).toEqual(want)
      for (let round = 0; round < 4; round++) {
        t.clock.nowMs += 20 * MINUTE
        await t.store.maintain()
      }
      expect(t.get('old')).toEqual(want)
      await t.restart()
      expect(t.get('old')).toEqual(want)
      expect(t.store.stats().headSamples).toBe(0)
    }
  })

  test('of thirty days comes in late under a window of thirty days, and not a moment more', async () => {
    await using t = await TestStore.open({ outOfOrderWindowMs: 30 * DAY, retentionMs: 0 })
    await t.put({ now: [[START_MS, 1]] })
    const samples = Array.from({ length: 31 }, (_, i): [number, number] => [START_MS - i * DAY, i])
    expect(await t.put({ late: samples })).toMatchObject({ appended: 31 })
    expect(await t.put({ late: [[START_MS - 30 * DAY - 1, 0]] })).toMatchObject({
      rejected: { out_of_order: 1 },
    })
    expect(t.get('late')).toEqual(samples.toReversed())
  })
})

describe('a series is known to be new', () => {
  const isNew = (t: TestStore, name: string, timeMs: number): boolean => {
    using querier = t.reader.querier(timeMs, 2 ** 50)
    const request = { matchers: [matcher(`__name__=${name}`)], minMs: timeMs, maxMs: 2 ** 50 }
    const set = querier.select(request)
    expect(set.count).toBe(1)
    return set.isNewAt!(0, timeMs)
  }

  test('when nothing of it is older, in the head, sealed and after a restart', async () => {
    await using t = await TestStore.open()
    const later = START_MS + 2 * HOUR
    await t.put({ old: [[START_MS, 1]] })
    t.clock.nowMs = later
    await t.store.maintain()
    await t.put({
      old: [[later, 2]],
      young: [
        [later, 1],
        [later + MINUTE, 2],
      ],
    })
    for (const round of ['head', 'sealed', 'restarted']) {
      expect(isNew(t, 'young', later), round).toBe(true)
      expect(isNew(t, 'young', later + MINUTE), round).toBe(false)
      expect(isNew(t, 'old', later), round).toBe(false)
      t.clock.nowMs += 20 * MINUTE
      await t.store.maintain()
      if (round === 'sealed') await t.restart()
    }
  })

  test('not in the first hour that the store remembers', async () => {
    await using t = await TestStore.open({ futureMs: DAY })
    await t.put({ first: [[START_MS, 1]] })
    await t.put({ a: [[START_MS + 50 * MINUTE, 1]], b: [[START_MS + 70 * MINUTE, 1]] })
    expect(isNew(t, 'first', START_MS)).toBe(false)
    expect(isNew(t, 'a', START_MS + 50 * MINUTE)).toBe(false)
    expect(isNew(t, 'b', START_MS + 70 * MINUTE)).toBe(true)
  })
})

test('metadata is kept and read', async () => {
  await using t = await TestStore.open()
  const metadata = { type: 'counter', help: 'Things done', unit: '' } as const
  t.appender.describe('x_total', metadata)
  await t.appender.commit()
  expect(t.reader.metadata().get('x_total')).toEqual(metadata)
  await t.restart()
  expect(t.reader.metadata().get('x_total')).toEqual(metadata)
})

test('statistics name who has many series', async () => {
  await using t = await TestStore.open()
  await t.put({ 'a{i=1}': [[START_MS, 1]], 'a{i=2}': [[START_MS, 1]], 'b{i=1}': [[START_MS, 1]] })
  const stats = t.store.stats()
  expect(stats).toMatchObject({ series: 3, headSamples: 3, commits: 1, samplesAppended: 3 })
  expect(stats.seriesByMetricName).toEqual([
    { name: 'a', count: 2 },
    { name: 'b', count: 1 },
  ])
  expect(stats.valuesByLabelName[0]!.count).toBe(2)
  expect(stats.maxTimeMs).toBe(START_MS)
})

test('the thousand with the most series are named, the most first', async () => {
  await using t = await TestStore.open()
  const many = Array.from({ length: 1200 }, (_, i) => i)
  const big = ['x', 'y', 'z'].map((of) => [`big{of=${of}}`, [[START_MS, 1]]] as const)
  const small = many.map((i) => [`m${i}`, [[START_MS, 1]]] as const)
  await t.put(Object.fromEntries([...small, ...big]) as never)
  const { seriesByMetricName: named } = t.store.stats()
  expect(named.length).toBe(1000)
  expect(named[0]).toEqual({ name: 'big', count: 3 })
})

/** What may happen to a store, for the property below. */
const deed = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant('put' as const),
      series: fc.integer({ min: 0, max: 4 }),
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
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('maintain' as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('restart' as const) }) },
)

test('after any deeds the store holds what a plain map holds', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(deed, { maxLength: 60 }), async (deeds) => {
      await using t = await TestStore.open({ outOfOrderWindowMs: 90 * MINUTE })
      const want = new Map<string, Map<number, number>>()
      let newest = Number.NEGATIVE_INFINITY
      for (const each of deeds) {
        if (each.kind === 'wait') t.clock.nowMs += each.ms
        else if (each.kind === 'maintain') await t.store.maintain()
        else if (each.kind === 'restart') await t.restart()
        else {
          const time = t.clock.nowMs - each.backMs
          const name = `s${each.series}`
          const { appended } = await t.put({ [name]: [[time, each.value]] })
          const samples = want.get(name) ?? new Map<number, number>()
          if (time < newest - 90 * MINUTE) {
            expect(appended).toBe(0)
            continue
          }
          newest = Math.max(newest, time)
          want.set(name, samples)
          if (!samples.has(time)) samples.set(time, each.value)
        }
      }
      for (const [name, samples] of want) {
        expect(t.get(name)).toEqual([...samples].sort((a, b) => a[0] - b[0]))
      }
    }),
    { numRuns: 40 },
  )
})
