import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { type CommitResult, Labels } from '@weir/model'

import { openEnvironment } from '../disk/environment.ts'
import { openReader } from '../reader.ts'
import { START_MS, TestStore, matcher, named } from '../test-store.ts'

type Row = readonly [series: string, timeMs: number, value: number, traceId: string]

function put(t: TestStore, ...rows: Row[]): Promise<CommitResult> {
  for (const [series, timeMs, value, traceId] of rows) {
    const labels = Labels.of({ trace_id: traceId })
    t.appender.appendExemplar(t.appender.ref(named(series)), { labels, value, timeMs })
  }
  return t.appender.commit()
}

function get(
  t: TestStore,
  matchers: string,
  minMs = START_MS - 1e9,
  maxMs = START_MS + 1e12,
): Row[] {
  using querier = t.reader.querier(minMs, maxMs)
  const all = querier.exemplars(matchers.split(' ').map(matcher), minMs, maxMs)
  return all.flatMap(({ labels, exemplars }) =>
    exemplars.map(({ timeMs, value, labels: own }): Row => {
      const name = labels.metricName + (labels.get('le') && `{le=${labels.get('le')}}`)
      return [name, timeMs, value, own.get('trace_id')]
    }),
  )
}

describe('exemplars', () => {
  test('come back by matchers and time, before and after a restart', async () => {
    await using t = await TestStore.open()
    const rows: Row[] = [
      ['b{le=1}', START_MS, 0.5, 'x'],
      ['b{le=2}', START_MS + 5, 1.5, 'äöü'],
      ['a', START_MS + 1, 9, ''],
    ]
    const result = await put(t, ...rows)
    expect(result).toMatchObject({ appended: 0, exemplars: 3 })
    for (const again of [false, true]) {
      if (again) await t.restart()
      expect(get(t, '__name__=~.+')).toEqual([rows[2], rows[0], rows[1]])
      expect(get(t, '__name__=b le=2')).toEqual([rows[1]])
      expect(get(t, '__name__=b', START_MS + 1, START_MS + 5)).toEqual([rows[1]])
      expect(get(t, '__name__=b', START_MS, START_MS + 4)).toEqual([rows[0]])
      expect(get(t, '__name__=c')).toEqual([])
    }
  })

  test('that come again or too late are counted', async () => {
    await using t = await TestStore.open({ seriesMax: 1, futureMs: 1000 })
    await put(t, ['a', START_MS + 10, 2, 'x'])
    const result = await put(
      t,
      ['a', START_MS + 10, 2, 'x'], // once more
      ['a', START_MS + 9, 5, 'z'], // before the newest
      ['a', START_MS + 10, 1, 'x'], // at its time, with a smaller value
      ['a', START_MS + 10, 3, 'x'], // at its time, with a greater one
      ['a', START_MS + 11, 1, 'y'.repeat(121)], // 8 of the name and these are 129
      ['a', START_MS + 11, 1, 'ö'.repeat(120)], // 128
      ['a', START_MS + 1001, 1, 'x'],
      ['a', Number.NaN, 1, 'x'],
      ['b', START_MS, 1, 'x'],
    )
    expect(result.exemplars).toBe(3)
    expect(t.store.stats()).toMatchObject({
      exemplars: 3,
      exemplarsAppended: 3,
      exemplarsRejected: {
        duplicate: 1,
        out_of_order: 2,
        label_limit: 1,
        too_far_in_future: 2,
        no_series: 1,
      },
    })
    await t.restart()
    expect((await put(t, ['a', START_MS + 11, 1, 'ö'.repeat(120)])).exemplars).toBe(1)
    expect(t.store.stats()).toMatchObject({ exemplars: 3, exemplarsAppended: 0 })
  })

  test('of one batch are put in order of time', async () => {
    await using t = await TestStore.open()
    await put(t, ['a', START_MS + 2, 1, 'x'], ['a', START_MS, 2, 'y'], ['a', START_MS + 1, 3, 'z'])
    expect(get(t, '__name__=a').map(([, time]) => time - START_MS)).toEqual([0, 1, 2])
  })

  test('are at most so many: the oldest go', async () => {
    await using t = await TestStore.open({ exemplarsMax: 20 })
    for (let i = 0; i < 50; i++) await put(t, [`s${i % 3}`, START_MS + i, i, 'x'])
    expect(t.store.stats()).toMatchObject({ exemplars: 20, exemplarsAppended: 50 })
    const times = (): number[] => get(t, '__name__=~.+').map(([, time]) => time - START_MS)
    const newest = Array.from({ length: 20 }, (_, i) => 30 + i)
    expect(times().toSorted((a, b) => a - b)).toEqual(newest)
    const many = Array.from({ length: 30 }, (_, i): Row => ['s0', START_MS + 100 + i, i, 'x'])
    await put(t, ...many)
    await t.restart()
    expect(times()).toEqual(Array.from({ length: 20 }, (_, i) => 110 + i))
    expect(t.store.stats().exemplars).toBe(20)
  })

  test('are none where none are wanted', async () => {
    await using t = await TestStore.open({ exemplarsMax: 0 })
    expect((await put(t, ['a', START_MS, 1, 'x'])).exemplars).toBe(0)
    expect(get(t, '__name__=a')).toEqual([])
  })

  test('of many small commits are put together, and stay what they are', async () => {
    await using t = await TestStore.open({ exemplarsMax: 3000 })
    const rows = Array.from({ length: 700 }, (_, i): Row => [`s${i % 5}`, START_MS + i, i, `t${i}`])
    for (const row of rows) await put(t, row)
    const before = get(t, '__name__=~.+')
    await t.store.maintain()
    expect(get(t, '__name__=~.+')).toEqual(before)
    await put(t, ['s0', START_MS + 700, 1, 'new'])
    await t.restart()
    expect(get(t, '__name__=s0').at(-1)).toEqual(['s0', START_MS + 700, 1, 'new'])
    expect(get(t, '__name__=~.+')).toHaveLength(701)
    await t.stop()
    const { root, exemplars } = openEnvironment(t.path)
    expect(exemplars.getKeysCount({})).toBe(2 + (700 - 2 * 256) + 1)
    await root.close()
    await t.start()
  })

  test('go by age as samples do', async () => {
    await using t = await TestStore.open({ retentionMs: 3_600_000 })
    await put(t, ['a', START_MS, 1, 'x'])
    await put(t, ['a', START_MS + 1000, 1, 'y'])
    t.clock.nowMs = START_MS + 3_600_500
    await t.store.maintain()
    expect(get(t, '__name__=a')).toEqual([['a', START_MS + 1000, 1, 'y']])
    expect(t.store.stats().exemplars).toBe(1)
  })

  test('of a commit that fails are not kept, and can be handed in again', async () => {
    await using t = await TestStore.open({ diskReserveBytes: 2 ** 60 })
    await expect(put(t, ['a', START_MS, 1, 'x'])).rejects.toMatchObject({ code: 'STORAGE_FULL' })
    expect(get(t, '__name__=a')).toEqual([])
    expect(t.store.stats()).toMatchObject({ exemplars: 0, exemplarsAppended: 0 })
    const roomy = new TestStore({}, t.path)
    await t.stop()
    await roomy.start()
    expect((await put(roomy, ['a', START_MS, 1, 'x'])).exemplars).toBe(1)
    await roomy.stop()
  })

  test('are the same for every reader, and a view does not change', async () => {
    await using t = await TestStore.open()
    using other = openReader(t.store.seat())
    await put(t, ['a', START_MS, 1, 'x'])
    using before = other.querier(0, 2 ** 50)
    await put(t, ['a', START_MS + 1, 1, 'x'])
    expect(before.exemplars([matcher('__name__=a')], 0, 2 ** 50)[0]!.exemplars).toHaveLength(1)
    expect(get(t, '__name__=a')).toHaveLength(2)
  })
})

/** The slow and obvious ring: a list, and the newest of each series. */
class PlainRing {
  rows: Row[] = []
  readonly #newest = new Map<string, Row>()

  put(batch: readonly Row[]): void {
    for (const row of batch.toSorted((a, b) => a[1] - b[1])) {
      const newest = this.#newest.get(row[0])
      if (newest !== undefined) {
        if (row[1] < newest[1] || (row[1] === newest[1] && row[2] <= newest[2])) continue
      }
      this.#newest.set(row[0], row)
      this.rows.push(row)
    }
  }
}

test('any batches leave what the plain ring has, as far as there is room', async () => {
  const row = fc.tuple(
    fc.constantFrom('a', 'b', 'c{le=1}', 'c{le=2}'),
    fc.integer({ min: 0, max: 50 }).map((ms) => START_MS + ms),
    fc.integer({ min: 0, max: 3 }),
    fc.constant('x'),
  )
  const batches = fc.array(fc.array(row, { maxLength: 12 }), { maxLength: 12 })
  await fc.assert(
    fc.asyncProperty(batches, fc.integer({ min: 20, max: 60 }), async (list, most) => {
      await using t = await TestStore.open({ exemplarsMax: most })
      const plain = new PlainRing()
      for (const [i, batch] of list.entries()) {
        await put(t, ...batch)
        plain.put(batch)
        // What was forgotten with its page cannot be compared with after a restart.
        if (i % 3 === 2 && plain.rows.length <= most * 0.9) await t.restart()
      }
      const kept = get(t, '__name__=~.+')
      const { exemplars } = t.store.stats()
      expect(kept).toHaveLength(exemplars)
      // A page goes as a whole, so a tenth may be missing.
      expect(exemplars).toBeGreaterThanOrEqual(Math.min(plain.rows.length, most - most / 10))
      expect(exemplars).toBeLessThanOrEqual(most)
      const sortKey = (each: Row): string => each.join()
      const newest = plain.rows.slice(plain.rows.length - exemplars)
      expect(kept.map(sortKey).toSorted()).toEqual(newest.map(sortKey).toSorted())
    }),
    { numRuns: 40 },
  )
})
