import * as fc from 'fast-check'
import { expect, test } from 'vitest'

import { Labels } from '@weir/model'

import { START_MS, TestStore, named } from '../test-store.ts'
import type { OutgoingOptions } from './outgoing.ts'
import { type Tail, openTail } from './tail.ts'

const EVERYTHING = { bytesMax: 2 ** 40, ageMaxMs: 2 ** 40 }
const leaves = (...queues: string[]): OutgoingOptions => ({ ...EVERYTHING, queues })

/** What a tail gives from a record on, `series@seconds=value` each. */
function read(tail: Tail, from = 0): string[][] {
  const records: string[][] = []
  for (let record = from; ;) {
    const next = tail.after(record)
    if (next === undefined) return records
    record = next.record
    const shown = next.batches.flatMap(({ count, series, times, values, histograms }) =>
      Array.from({ length: count }, (_, i) => {
        const value = histograms.get(i)?.count ?? values[i]!
        return `${tail.labels(series[i]!)!.metricName}@${(times[i]! - START_MS) / 1000}=${value}`
      }),
    )
    const exemplars = next.exemplars.map(({ series, value, labels }) => {
      return `${tail.labels(series)!.metricName} ${labels.toString()}=${value}`
    })
    records.push([...shown, ...exemplars])
  }
}

test('what is committed while somebody sends on is there, a record a commit, in order', async () => {
  await using test = await TestStore.open()
  using tail = openTail(test.store.seat())
  await test.put({ before: [[START_MS, 1]] })
  test.store.setOutgoing(leaves('eu'))
  await test.put({ a: [[START_MS + 1000, 1]], b: [[START_MS + 1000, 2]] })
  const ref = test.appender.ref(named('a'))
  const labels = Labels.of({ trace_id: 'x' })
  test.appender.appendExemplar(ref, { labels, value: 7, timeMs: START_MS + 2000 })
  await test.put({ a: [[START_MS + 2000, 3]] })
  expect(read(tail)).toEqual([
    ['a@1=1', 'b@1=2'],
    ['a@2=3', 'a {trace_id="x"}=7'],
  ])
  expect(tail.newest()).toEqual({ record: 2, samples: 3 })
})

test('samples of several windows come in the order of time', async () => {
  await using test = await TestStore.open({ outgoing: leaves('eu') })
  using tail = openTail(test.store.seat())
  await test.put({
    a: [
      [START_MS, 1],
      [START_MS + 301_000, 2],
      [START_MS - 200_000, 3],
    ],
  })
  expect(read(tail)).toEqual([['a@-200=3', 'a@0=1', 'a@301=2']])
})

test('history is not sent on', async () => {
  await using test = await TestStore.open({ outgoing: leaves('eu') })
  using tail = openTail(test.store.seat())
  const history = test.store.appender({ takesHistory: true })
  history.append(history.ref(named('old')), START_MS - 86_400_000, 1)
  const ordinary = test.put({ a: [[START_MS, 1]] })
  await Promise.all([history.commit(), ordinary])
  expect(read(tail)).toEqual([['a@0=1']])
})

test('unless who sends keeps the samples for good', async () => {
  const outgoing = { ...leaves('eu'), takesHistory: true }
  await using test = await TestStore.open({ outgoing, retentionMs: 3_600_000 })
  using tail = openTail(test.store.seat())
  const history = test.store.appender({ takesHistory: true })
  history.append(history.ref(named('old')), START_MS - 86_400_000, 1)
  await history.commit()
  await test.store.maintain()
  expect(read(tail)).toEqual([['old@-86400=1']])
})

test('places survive a restart, and so does what they have not passed', async () => {
  await using test = await TestStore.open({ outgoing: leaves('eu', 'us') })
  for (let i = 0; i < 5; i++) await test.put({ a: [[START_MS + i * 1000, i]] })
  test.store.outgoingPassed('eu', { record: 4, samples: 4 })
  test.store.outgoingPassed('us', { record: 2, samples: 2 })
  await test.restart()
  using tail = openTail(test.store.seat())
  expect(Object.fromEntries(test.store.outgoingPlaces())).toEqual({
    eu: { record: 4, samples: 4 },
    us: { record: 2, samples: 2 },
  })
  expect(read(tail).flat()).toEqual(['a@2=2', 'a@3=3', 'a@4=4'])
  await test.put({ a: [[START_MS + 5000, 5]] })
  expect(tail.newest()).toEqual({ record: 6, samples: 6 })
  expect(tail.after(5)).toMatchObject({ record: 6, samplesBefore: 5, samples: 1 })
})

test('a queue that is new begins with what comes next; what one leaves behind goes', async () => {
  await using test = await TestStore.open({ outgoing: leaves('eu') })
  using tail = openTail(test.store.seat())
  await test.put({ a: [[START_MS, 1]] })
  test.store.setOutgoing(leaves('eu', 'us'))
  expect(test.store.outgoingPlaces().get('us')).toEqual({ record: 1, samples: 1 })
  test.store.setOutgoing(leaves('us'))
  await test.store.maintain()
  expect(read(tail)).toEqual([])
  expect(test.store.stats().outgoing).toBeUndefined()
  test.store.setOutgoing(leaves())
  await test.put({ a: [[START_MS + 1000, 1]] })
  expect(tail.newest().record).toBe(1)
})

test('too many bytes: the oldest go, and the next record tells how many samples are missing', async () => {
  await using test = await TestStore.open({
    outgoing: { queues: ['eu'], bytesMax: 200, ageMaxMs: 2 ** 40 },
  })
  using tail = openTail(test.store.seat())
  for (let i = 0; i < 20; i++) await test.put({ a: [[START_MS + i * 1000, i]] })
  await test.store.maintain()
  const { bytes } = test.store.stats().outgoing!
  expect(bytes).toBeLessThanOrEqual(200)
  const next = tail.after(0)!
  expect(next.record).toBeGreaterThan(10)
  expect(next.samplesBefore).toBe(next.record - 1)
})

test('too old: they go', async () => {
  await using test = await TestStore.open({
    outgoing: { queues: ['eu'], bytesMax: 2 ** 40, ageMaxMs: 60_000 },
  })
  using tail = openTail(test.store.seat())
  await test.put({ a: [[START_MS, 1]] })
  test.clock.nowMs += 40_000
  await test.put({ a: [[START_MS + 40_000, 2]] })
  test.clock.nowMs += 40_000
  await test.store.maintain()
  expect(read(tail)).toEqual([['a@40=2']])
})

test('records outlive their windows, and the series that they are about', async () => {
  await using test = await TestStore.open({ outgoing: leaves('eu'), retentionMs: 3_600_000 })
  using tail = openTail(test.store.seat())
  await test.put({ a: [[START_MS, 1]] })
  test.clock.nowMs += 86_400_000
  await test.store.maintain()
  await test.store.maintain()
  expect(test.get('a')).toEqual([])
  expect(read(tail)).toEqual([['a@0=1']])
})

test('whatever is committed, passed and restarted: a tail gives what its place has not passed', async () => {
  const step = fc.oneof(
    { weight: 5, arbitrary: fc.constant('put' as const) },
    { weight: 3, arbitrary: fc.constant('pass' as const) },
    { weight: 2, arbitrary: fc.constant('maintain' as const) },
    { weight: 1, arbitrary: fc.constant('restart' as const) },
  )
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 20 }), async (steps) => {
      await using test = await TestStore.open({ outgoing: leaves('eu') })
      let put = 0
      let passed = 0
      for (const what of steps) {
        if (what === 'put') await test.put({ a: [[START_MS + put * 1000, put++]] })
        if (what === 'restart') await test.restart()
        if (what === 'maintain') await test.store.maintain()
        if (what === 'pass' && passed < put) {
          passed++
          test.store.outgoingPassed('eu', { record: passed, samples: passed })
        }
      }
      expect(test.store.outgoingPlaces().get('eu')!.record).toBe(passed)
      using tail = openTail(test.store.seat())
      const want = Array.from({ length: put - passed }, (_, i) => [`a@${passed + i}=${passed + i}`])
      expect(read(tail, passed)).toEqual(want)
    }),
    { numRuns: 20 },
  )
})
