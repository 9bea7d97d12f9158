import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Clock, Labels, type Millis, SampleColumns } from '@weir/model'
import { type QueryValue, parseSelector, rangeQuery } from '@weir/promql'
import { type Reader, type RetentionRule, openReader, openStore } from '@weir/tsdb'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

/**
 * PromQL over whole samples and over what steps of five minutes and of an hour keep of the same
 * samples: where ranges begin and end on steps, the answers are the same.
 */

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
const START = Date.UTC(2026, 0, 5)
const END = START + 12 * HOUR

class HandClock implements Clock {
  nowMs = START

  now(): Millis {
    return this.nowMs as Millis
  }

  monotonicMs(): number {
    return performance.now()
  }

  async sleep(ms: number): Promise<void> {
    this.nowMs += ms
  }
}

interface Opened extends AsyncDisposable {
  readonly reader: Reader
}

/** A store with half a day of samples that are a day old by now. */
async function opened(rules: readonly RetentionRule[]): Promise<Opened> {
  const path = mkdtempSync(join(tmpdir(), 'weir-steps-'))
  const clock = new HandClock()
  const store = await openStore({ path, clock, retentionMs: 0, retentionRules: rules })
  const appender = store.appender()
  const series = samplesOfAll().map(([labels, samples]) => ({ ref: appender.ref(labels), samples }))
  appender.describe('lag', { type: 'gauge', help: '', unit: '' })
  for (let from = START; from < END; from += HOUR / 2) {
    clock.nowMs = from + HOUR / 2
    for (const { ref, samples } of series) {
      for (const [time, value] of samples) {
        if (time > from && time <= from + HOUR / 2) appender.append(ref, time, value)
      }
    }
    await appender.commit()
    await store.maintain()
  }
  for (; clock.nowMs < END + DAY; clock.nowMs += HOUR) await store.maintain()
  const reader = openReader(store.seat())
  return {
    reader,
    [Symbol.asyncDispose]: async () => {
      reader[Symbol.dispose]()
      await store[Symbol.asyncDispose]()
      rmSync(path, { recursive: true })
    },
  }
}

/** Every 15 s: counters that start anew now and then (one of them often), gauges, decimals. */
function samplesOfAll(): readonly (readonly [Labels, [number, number][]])[] {
  let state = 7
  const random = (): number => {
    state = (state * 48_271) % 0x7fffffff
    return state / 0x7fffffff
  }
  const make = (next: (before: number) => number): [number, number][] => {
    const samples: [number, number][] = []
    let value = next(0)
    for (let time = START + 7_000; time <= END; time += 15_000) {
      samples.push([time, value])
      value = next(value)
    }
    return samples
  }
  const counter =
    (resets: number): ((before: number) => number) =>
    (before) =>
      random() < resets ? Math.floor(random() * 5) : before + Math.floor(random() * 100)
  return [
    [Labels.of({ __name__: 'orders_total', shop: 'calm' }), make(counter(0.001))],
    [Labels.of({ __name__: 'orders_total', shop: 'shaky' }), make(counter(0.1))],
    [Labels.of({ __name__: 'orders_total', shop: 'steady' }), make(counter(0))],
    [Labels.of({ __name__: 'lag' }), make(() => Math.floor(random() * 2000) - 1000)],
    [Labels.of({ __name__: 'seconds' }), make(() => Math.floor(random() * 10_000) / 1000)],
  ]
}

const rule = (...levels: RetentionRule['levels']): RetentionRule => ({
  selectors: [parseSelector('{__name__=~".+"}')],
  levels,
})

let whole: Opened
let fine: Opened
let coarse: Opened

beforeAll(async () => {
  whole = await opened([])
  fine = await opened([rule({ stepMs: 5 * MINUTE, keepMs: 0 })])
  coarse = await opened([
    rule({ stepMs: 5 * MINUTE, keepMs: 6 * HOUR }, { stepMs: HOUR, keepMs: 0 }),
  ])
})

afterAll(async () => {
  for (const store of [whole, fine, coarse]) await store[Symbol.asyncDispose]()
})

function ask(store: Opened, expr: string, stepMs: number, startMs = START + 3 * HOUR): string[] {
  const options = { features: new Set(['promql-extended-range-selectors']) }
  const { value } = rangeQuery(store.reader, { expr, startMs, endMs: END, stepMs, options })
  return shown(value)
}

/** Ten digits: sums of sums are rounded in another order. */
function shown(value: QueryValue): string[] {
  if (value.kind !== 'matrix') throw new Error(value.kind)
  return value.series.map(({ labels, times, values }) => {
    const samples = [...values].map((one, i) => `${times[i]! / MINUTE} ${one.toPrecision(10)}`)
    return `${labels.toString()} ${samples.join(' ')}`
  })
}

const EXACT = [
  'orders_total',
  'lag',
  'increase(orders_total[2h])',
  'rate(orders_total[2h])',
  'sum(rate(orders_total[2h]))',
  'increase(orders_total[2h] anchored)',
  'rate(orders_total[2h] smoothed)',
  'increase(orders_total[2h] offset 1h)',
  'sum_over_time(lag[2h])',
  'avg_over_time(lag[2h])',
  'avg_over_time(seconds[2h])',
  'count_over_time(seconds[2h])',
  'min_over_time(lag[2h])',
  'max_over_time(lag[2h])',
  'max_over_time(seconds[2h])',
  'last_over_time(lag[2h])',

  'present_over_time(lag[2h])',
  'delta(lag[2h])',
  'timestamp(lag)',
  'absent(lag)',
  'absent_over_time(lag[2h])',
  'sum(lag) + count(orders_total)',
]

describe.each([
  ['five minutes', () => fine, 5 * MINUTE],
  ['five minutes and an hour', () => coarse, HOUR],
])('at steps of %s', (_, store, stepMs) => {
  test.each(EXACT)('%s is what it was', (expr) => {
    const want = ask(whole, expr, stepMs)
    expect(ask(store(), expr, stepMs)).toEqual(want)
  })

  test('there is less of it', () => {
    const count = (of: Opened): number =>
      rangeQuery(of.reader, { expr: 'lag', startMs: START, endMs: END, stepMs: HOUR }).stats
        .samplesRead
    expect(count(store()) * 4).toBeLessThan(count(whole))
  })
})

test('between the ends of steps an instant finds the newest sample that was kept', () => {
  const at = START + 3 * HOUR + 40 * MINUTE
  const options = { startMs: at, endMs: at, stepMs: 1 }
  const { value } = rangeQuery(coarse.reader, { expr: 'timestamp(orders_total)', ...options })
  if (value.kind !== 'matrix') throw new Error(value.kind)
  expect(value.series).toHaveLength(3)
  for (const { values } of value.series) {
    expect(values[0]! * 1000).toBeGreaterThan(at - HOUR)
    expect(values[0]! * 1000).toBeLessThanOrEqual(at)
  }
})

describe('a range that is shorter than the step', () => {
  const at = START + 3 * HOUR + 20 * MINUTE
  /** The figure of each series at a moment. */
  const figures = (store: Opened, expr: string, timeMs: number): Record<string, number> => {
    const { value } = rangeQuery(store.reader, { expr, startMs: timeMs, endMs: timeMs, stepMs: 1 })
    if (value.kind !== 'matrix') throw new Error(value.kind)
    return Object.fromEntries(value.series.map((one) => [one.labels.toString(), one.values[0]!]))
  }

  test.each([
    ['rate(orders_total[5m])', 'rate(orders_total[1h])', 1],
    ['increase(orders_total[5m])', 'increase(orders_total[1h])', 1 / 12],
    ['sum(rate(orders_total[5m]))', 'sum(rate(orders_total[1h]))', 1],
    ['avg_over_time(lag[5m])', 'avg_over_time(lag[1h])', 1],
    ['max_over_time(lag[5m])', 'max_over_time(lag[1h])', 1],
    ['last_over_time(lag[5m])', 'last_over_time(lag[1h])', 1],
    ['sum_over_time(lag[5m])', 'sum_over_time(lag[1h])', 1 / 12],
    ['count_over_time(lag[5m])', 'count_over_time(lag[1h])', 1 / 12],
    ['present_over_time(lag[5m])', 'present_over_time(lag[1h])', 1],
    ['absent_over_time(lag[5m])', 'absent_over_time(lag[1h])', 1],
  ])('%s is that of the step', (short, long, share) => {
    const want = figures(whole, long, START + 4 * HOUR)
    const got = figures(coarse, short, at)
    expect(Object.keys(got)).toEqual(Object.keys(want))
    for (const [series, value] of Object.entries(want)) {
      expect(got[series]! / (value * share), series).toBeCloseTo(1, 9)
    }
  })

  test('asks whole samples as ever', () => {
    for (const expr of ['rate(orders_total[5m])', 'sum_over_time(lag[3m])']) {
      expect(ask(whole, expr, 7 * MINUTE).length).toBeGreaterThan(0)
    }
    expect(figures(fine, 'avg_over_time(lag[5m])', at)).toEqual(
      figures(whole, 'avg_over_time(lag[5m])', at),
    )
  })

  test('of samples themselves gives those that were kept', () => {
    expect(figures(coarse, 'count_over_time(orders_total{shop="steady"}[1h:1m])', at)).not.toEqual(
      {},
    )
    using querier = coarse.reader.querier(at - 300_000, at)
    const set = querier.select({ matchers: parseSelector('lag'), minMs: at - 300_000, maxMs: at })
    const columns = new SampleColumns()
    for (let i = 0; i < set.count; i++) set.read(i, at - 300_000, at, columns)
    for (const time of columns.times.subarray(0, columns.length)) {
      expect(time).toBeGreaterThanOrEqual(at - 300_000)
      expect(time).toBeLessThanOrEqual(at)
    }
  })
})

test('resets that fall into one step are one', () => {
  const [all] = ask(whole, 'resets(orders_total{shop="shaky"}[12h])', HOUR, END)
  const [left] = ask(coarse, 'resets(orders_total{shop="shaky"}[12h])', HOUR, END)
  const count = (line = ''): number => Number(line.split(' ').at(-1))
  expect(count(left)).toBeLessThan(count(all))
  expect(count(left)).toBeGreaterThanOrEqual(12)
})
