/** A query sees all of a commit or none, whatever is committed, sealed and opened while it is at work. */
import { Worker } from 'node:worker_threads'

import * as fc from 'fast-check'
import { expect, test } from 'vitest'

import { type Querier, SampleColumns, type SeriesSet } from '@weir/model'

import { type Reader, openReader } from './reader.ts'
import { histogramOf } from './test-histograms.ts'
import { START_MS, TestStore, matcher, named } from './test-store.ts'

const MINUTE = 60_000

const ALL = { matchers: [matcher('__name__=~.+')], minMs: 0, maxMs: 2 ** 50 }

/** Everything a querier sees, as `series time value`. */
function seen(querier: Querier): string[] {
  return samplesOf(querier.select(ALL))
}

function fresh(reader: Reader): string[] {
  using querier = reader.querier(0, 2 ** 50)
  return seen(querier)
}

/** What another view sees of the same, `undefined` when it cannot. */
function seenElsewhere(other: Querier, querier: Querier): string[] | undefined {
  const { chosen, count } = querier.select(ALL)
  const set = other.select({ ...ALL, chosen: chosen! })
  return set.count === count ? samplesOf(set) : undefined
}

function samplesOf(set: SeriesSet): string[] {
  const { minMs, maxMs } = ALL
  const columns = new SampleColumns()
  const found: string[] = []
  for (let i = 0; i < set.count; i++) {
    columns.clear()
    set.read(i, minMs, maxMs, columns)
    for (let k = 0; k < columns.length; k++) {
      const value = columns.histograms?.[k]?.zeroCount ?? columns.values[k]!
      found.push(`${set.labels(i).metricName} ${columns.times[k]! - START_MS} ${value}`)
    }
  }
  return found.sort()
}

const sample = fc.record({
  series: fc.integer({ min: 0, max: 3 }),
  backMs: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 40 * MINUTE })),
  isHistogram: fc.boolean(),
})

const deed = fc.oneof(
  {
    weight: 10,
    arbitrary: fc.record({
      kind: fc.constant('commit' as const),
      samples: fc.array(sample, { minLength: 1, maxLength: 12 }),
    }),
  },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('open' as const) }) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('close' as const), which: fc.nat({ max: 9 }) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('maintain' as const),
      ms: fc.integer({ min: 0, max: 20 * MINUTE }),
    }),
  },
)

test('queries go on seeing what was there when they began, and so do readers that help them', async () => {
  let elsewhere = 0
  await fc.assert(
    fc.asyncProperty(fc.array(deed, { minLength: 10, maxLength: 60 }), async (deeds) => {
      await using t = await TestStore.open()
      using helper = openReader(t.store.seat())
      const now = new Map<string, string>()
      const open: { readonly querier: Querier; readonly want: string[] }[] = []
      let value = 0
      for (const each of deeds) {
        if (each.kind === 'open') {
          const want = [...now.values()].sort()
          open.push({ querier: t.reader.querier(0, 2 ** 50), want })
        } else if (each.kind === 'close') {
          for (const { querier } of open.splice(each.which, 1)) querier[Symbol.dispose]()
        } else if (each.kind === 'maintain') {
          t.clock.nowMs += each.ms
          await t.store.maintain()
        } else {
          t.clock.nowMs += 10
          for (const { series, backMs, isHistogram } of each.samples) {
            const name = `s${series}`
            const time = t.clock.nowMs - backMs
            const ref = t.appender.ref(named(name))
            value++
            if (isHistogram) t.appender.appendHistogram(ref, time, histogramOf(value))
            else t.appender.append(ref, time, value)
            const key = `${name} ${time - START_MS}`
            if (!now.has(key)) now.set(key, `${key} ${value}`)
          }
          await t.appender.commit()
        }
        for (const { querier, want } of open) expect(seen(querier)).toEqual(want)
        const twice = t.reader.still(() => [0, 1].map(() => fresh(t.reader)))
        expect(twice).toEqual([[...now.values()].sort(), [...now.values()].sort()])
        using other = helper.querier(0, 2 ** 50)
        for (const { querier, want } of open) {
          const found = seenElsewhere(other, querier)
          if (found === undefined) continue
          expect(found).toEqual(want)
          elsewhere++
        }
      }
      for (const { querier } of open) querier[Symbol.dispose]()
      using last = t.reader.querier(0, 2 ** 50)
      expect(seen(last)).toEqual([...now.values()].sort())
    }),
    { numRuns: 20 },
  )
  expect(elsewhere).toBeGreaterThan(0)
})

const DIST = new URL('../dist/index.js', import.meta.url).href
const MODEL = new URL('../../model/dist/index.js', import.meta.url).href

/**
 * Asks all the time on a thread of its own, slowly: twice in each view, with a rest in between. Each
 * commit gives every series one sample more, so all of them have equally many.
 */
const READER = `
  const { workerData, parentPort } = require('node:worker_threads')
  Promise.all([import(${JSON.stringify(DIST)}), import(${JSON.stringify(MODEL)})]).then(
    ([{ openReader }, { SampleColumns }]) => {
      const reader = openReader(workerData.seat)
      const rest = new Int32Array(new SharedArrayBuffer(4))
      const columns = new SampleColumns()
      const counts = new Set()
      let asked = 0
      let torn = 0
      const matchers = [{ name: '__name__', operator: '=', value: 'x' }]
      const ask = () => {
        const querier = reader.querier(0, 2 ** 50)
        const set = querier.select({ matchers, minMs: 0, maxMs: 2 ** 50 })
        counts.clear()
        for (const pass of [0, 1]) {
          for (let i = 0; i < set.count; i++) {
            columns.clear()
            set.read(i, 0, 2 ** 50, columns)
            counts.add(columns.length)
          }
          Atomics.wait(rest, 0, 0, 3)
        }
        querier[Symbol.dispose]()
        if (counts.size > 1) torn++
        asked++
        if (workerData.stop[0] === 0) setImmediate(ask)
        else { parentPort.postMessage({ asked, torn }); reader[Symbol.dispose](); parentPort.close() }
      }
      ask()
    },
  )
`

test('readers on other threads never see half of a commit', async () => {
  await using t = await TestStore.open({ headWindowMs: 10_000 })
  const stop = new Int32Array(new SharedArrayBuffer(4))
  const workers = [t.store.seat(), t.store.seat()].map(
    (seat) =>
      new Worker(READER, {
        eval: true,
        execArgv: [],
        workerData: { seat, stop },
        transferList: [seat.port],
      }),
  )
  const answers = workers.map(
    (worker) =>
      new Promise<{ asked: number; torn: number }>((resolve) => {
        worker.once('message', resolve)
      }),
  )
  const refs = Array.from({ length: 3000 }, (_, i) => t.appender.ref(named(`x{i=${i}}`)))
  for (let turn = 0; turn < 150; turn++) {
    t.clock.nowMs = START_MS + turn * 100
    for (const ref of refs) t.appender.append(ref, t.clock.nowMs, turn)
    await t.appender.commit()
    if (turn % 20 === 0) await t.store.maintain()
  }
  stop[0] = 1
  for (const { asked, torn } of await Promise.all(answers)) {
    expect(asked).toBeGreaterThan(0)
    expect(torn).toBe(0)
  }
})
