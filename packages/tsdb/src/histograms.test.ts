import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { type CommitResult, type NativeHistogram, STALE_MARKER, isStale } from '@weir/model'

import { customOf, histogramOf } from './test-histograms.ts'
import { START_MS, TestStore, columnsOf, named } from './test-store.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE

type Sample = NativeHistogram | number

/** Appends `series: [time, sample]…` and commits. */
function put(
  t: TestStore,
  samples: Readonly<Record<string, readonly (readonly [number, Sample])[]>>,
): Promise<CommitResult> {
  for (const [name, list] of Object.entries(samples)) {
    const ref = t.appender.ref(named(name))
    for (const [time, sample] of list) {
      if (typeof sample === 'number') t.appender.append(ref, time, sample)
      else t.appender.appendHistogram(ref, time, sample)
    }
  }
  return t.appender.commit()
}

function get(t: TestStore, name: string, minMs?: number, maxMs?: number): [number, Sample][] {
  const { times, values, histograms, length } = columnsOf(t.reader, name, minMs, maxMs)
  return Array.from({ length }, (_, i) => {
    if (histograms?.[i] !== undefined) expect(values[i]).toBeNaN()
    return [times[i]!, histograms?.[i] ?? values[i]!]
  })
}

const LIST: readonly (readonly [number, Sample])[] = [
  [START_MS, histogramOf(1)],
  [START_MS + 1000, histogramOf(2, { resetHint: 'not_reset' })],
  [START_MS + 2000, 7],
  [START_MS + 3000, customOf(3)],
  [START_MS + 4000, histogramOf(4, { isFloat: true, count: 0.5 })],
]

describe('histograms', () => {
  test('come back from the head, after a restart, sealed and compacted', async () => {
    await using t = await TestStore.open()
    expect((await put(t, { h: LIST, plain: [[START_MS, 1]] })).appended).toBe(6)
    expect(get(t, 'h')).toEqual(LIST)
    await t.restart()
    expect(get(t, 'h')).toEqual(LIST)
    for (const wait of [10 * MINUTE, HOUR, 5 * HOUR, 30 * HOUR]) {
      t.clock.nowMs = START_MS + wait
      await t.store.maintain()
      expect(get(t, 'h')).toEqual(LIST)
      expect(get(t, 'h', START_MS + 1000, START_MS + 3999)).toEqual(LIST.slice(1, 4))
    }
    expect(t.store.stats()).toMatchObject({ headSamples: 0, windows: 1, sealedSamples: 6 })
    await t.restart()
    expect(get(t, 'h')).toEqual(LIST)
    expect(get(t, 'plain')).toEqual([[START_MS, 1]])
  })

  test('leave columns of numbers as they are', async () => {
    await using t = await TestStore.open()
    await put(t, { h: LIST, plain: [[START_MS, 1]] })
    expect(columnsOf(t.reader, 'plain').histograms).toBeUndefined()
    expect(columnsOf(t.reader, 'h', START_MS + 2000, START_MS + 2000).histograms).toBeUndefined()
  })

  test.each<[string, Sample, Sample, boolean]>([
    ['the same histogram again', histogramOf(1), histogramOf(1), true],
    ['the same with another hint', histogramOf(1), histogramOf(1, { resetHint: 'reset' }), true],
    ['another histogram', histogramOf(1), histogramOf(2), false],
    ['a number where a histogram is', histogramOf(1), 1, false],
    ['a histogram where a number is', 1, histogramOf(1), false],
    ['a histogram where NaN is', Number.NaN, histogramOf(1), false],
    [
      'a float histogram of the same counts',
      histogramOf(1),
      histogramOf(1, { isFloat: true }),
      false,
    ],
  ])('at one time: %s', async (_, first, second, isTaken) => {
    await using t = await TestStore.open()
    const results = [
      await put(t, { apart: [[START_MS, first]], together: [[START_MS + 1, 0]] }),
      await put(t, {
        apart: [[START_MS, second]],
        together: [
          [START_MS, first],
          [START_MS, second],
        ],
      }),
    ]
    expect(results[0]!.appended).toBe(2)
    const { appended, rejected } = results[1]!
    expect([appended, rejected]).toEqual(isTaken ? [3, {}] : [1, { duplicate_timestamp: 2 }])
    expect(get(t, 'apart')).toEqual([[START_MS, first]])
    expect(get(t, 'together')[0]).toEqual([START_MS, first])
  })

  test('that contradict themselves are counted, and the others go on', async () => {
    await using t = await TestStore.open()
    const bad = histogramOf(1, { count: 11 })
    const result = await put(t, {
      h: [
        [START_MS, histogramOf(1)],
        [START_MS + 1, bad],
        [START_MS + 2, histogramOf(2)],
      ],
    })
    expect(result).toMatchObject({ appended: 2, rejected: { bad_histogram: 1 } })
    expect(result.example).toContain('h')
    expect(t.store.stats().rejected).toEqual({ bad_histogram: 1 })
    expect(get(t, 'h').map(([time]) => time - START_MS)).toEqual([0, 2])
  })

  test('whose sum is the stale marker are stale markers', async () => {
    await using t = await TestStore.open()
    await put(t, { h: [[START_MS, histogramOf(1, { sum: STALE_MARKER })]] })
    const columns = columnsOf(t.reader, 'h')
    expect(isStale(columns.values[0]!)).toBe(true)
    expect(columns.histograms).toBeUndefined()
  })

  test('that are larger than a segment of memory are kept', async () => {
    await using t = await TestStore.open()
    const size = 200_000
    const large = histogramOf(0, {
      isFloat: true,
      positiveSpans: Int32Array.of(0, size),
      positive: Float64Array.from({ length: size }, (_, i) => i + 0.5),
    })
    const list: [number, Sample][] = [
      [START_MS, histogramOf(1)],
      [START_MS + 1, large],
      [START_MS + 2, histogramOf(2)],
    ]
    await put(t, { h: list })
    expect(get(t, 'h')).toEqual(list)
    await t.restart()
    expect(get(t, 'h')).toEqual(list)
  })

  test('are dropped with their window', async () => {
    await using t = await TestStore.open({ retentionMs: 2 * HOUR })
    await put(t, { h: LIST })
    t.clock.nowMs += 3 * HOUR
    await t.store.maintain()
    expect(get(t, 'h')).toEqual([])
    expect(t.store.stats().series).toBe(0)
  })
})

const kinds = [histogramOf, customOf, (n: number): Sample => n] as const

/** What may happen to a store, for the property below. */
const deed = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant('put' as const),
      series: fc.integer({ min: 0, max: 2 }),
      backMs: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 2 * HOUR })),
      sample: fc
        .tuple(fc.constantFrom(...kinds), fc.integer({ min: 0, max: 3 }))
        .map(([make, n]) => make(n)),
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

test('after any deeds the store holds the histograms and numbers that a plain map holds', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(deed, { maxLength: 60 }), async (deeds) => {
      await using t = await TestStore.open({ outOfOrderWindowMs: 90 * MINUTE })
      const want = new Map<string, Map<number, Sample>>()
      let newest = Number.NEGATIVE_INFINITY
      for (const each of deeds) {
        if (each.kind === 'wait') t.clock.nowMs += each.ms
        else if (each.kind === 'maintain') await t.store.maintain()
        else if (each.kind === 'restart') await t.restart()
        else {
          const time = t.clock.nowMs - each.backMs
          const name = `s${each.series}`
          const { appended } = await put(t, { [name]: [[time, each.sample]] })
          const samples = want.get(name) ?? new Map<number, Sample>()
          if (time < newest - 90 * MINUTE) {
            expect(appended).toBe(0)
            continue
          }
          newest = Math.max(newest, time)
          want.set(name, samples)
          if (!samples.has(time)) samples.set(time, each.sample)
        }
      }
      for (const [name, samples] of want) {
        expect(get(t, name)).toEqual([...samples].sort((a, b) => a[0] - b[0]))
      }
    }),
    { numRuns: 40 },
  )
})
