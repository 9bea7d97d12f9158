import { Labels, SampleColumns, systemClock } from '@weir/model'
import { expect, test } from 'vitest'
import { MemoryQueryable } from './memory-queryable.ts'
import { instantQuery, rangeQuery } from './query.ts'
import { Random } from './testing/random.ts'
import { DATA_MS, DATA_START_MS, RandomQuery, randomSeries } from './testing/random-query.ts'
import { FEATURES, memoryOf } from './testing/differential.ts'
import { formatValue } from './value-text.ts'

function counters(count: number): MemoryQueryable {
  const memory = new MemoryQueryable()
  for (let i = 0; i < count; i++) {
    const columns = new SampleColumns()
    for (let k = 0; k < 100; k++) columns.push(k * 15_000, k * i)
    memory.add(Labels.of({ __name__: 'work_total', i: String(i) }), columns)
  }
  return memory
}

test('a range query is the instant query repeated', () => {
  const random = new Random(11)
  const memory = memoryOf(randomSeries(random))
  const queries = new RandomQuery(random)
  let compared = 0
  for (let i = 0; i < 300; i++) {
    const expr = queries.any()
    // `@ start()` means another moment in each of the instant queries.
    if (/start\(\)|end\(\)/.test(expr)) continue
    const startMs = DATA_START_MS + random.below(DATA_MS)
    const options = { features: FEATURES }
    const range = settle(() =>
      rangeQuery(memory, { expr, startMs, endMs: startMs + 300_000, stepMs: 60_000, options }),
    )
    for (let timeMs = startMs; timeMs <= startMs + 300_000; timeMs += 60_000) {
      const instant = settle(() => instantQuery(memory, { expr, timeMs, options }))
      if (instant === undefined || range === undefined) continue
      const at = range.value.kind === 'matrix' ? range.value.series : []
      const want = new Map<string, number>()
      for (const { labels, times, values } of at) {
        const k = times.indexOf(timeMs)
        if (k >= 0) want.set(labels.key(), values[k]!)
      }
      const got = new Map<string, number>()
      if (instant.value.kind === 'scalar') got.set('', instant.value.value)
      if (instant.value.kind === 'vector') {
        for (const { labels, value } of instant.value.series) got.set(labels.key(), value)
      }
      expect([...got.keys()].sort(), expr).toEqual([...want.keys()].sort())
      for (const [key, value] of got) expect(isNear(value, want.get(key)!), expr).toBe(true)
      compared++
    }
  }
  expect(compared).toBeGreaterThan(1000)
})

function isNear(a: number, b: number): boolean {
  return Object.is(a, b) || a === b || Math.abs(a - b) <= 1e-9 * Math.max(Math.abs(a), Math.abs(b))
}

function settle<T>(ask: () => T): T | undefined {
  try {
    return ask()
  } catch {
    return undefined
  }
}

test('too many samples, a cancelled and an overdue query are told apart', () => {
  const memory = counters(50)
  const ask = (options: object): void => {
    rangeQuery(memory, { expr: 'work_total + 1', startMs: 0, endMs: 1e6, stepMs: 1000, options })
  }
  const code = (value: string): unknown => expect.objectContaining({ code: value })
  expect(() => ask({ maxSamples: 1000 })).toThrow(code('QUERY_TOO_MANY_SAMPLES'))
  expect(() => ask({ isCancelled: () => true })).toThrow(code('QUERY_CANCELED'))
  const deadline = { clock: systemClock, atMonotonicMs: -1 }
  expect(() => ask({ deadline })).toThrow(code('QUERY_TIMEOUT'))
})

const TOO_MUCH = expect.objectContaining({ code: 'QUERY_TOO_MUCH_MEMORY' }) as unknown

test.each([
  ['series that are answered', 'work_total', 2000],
  ['series that wait for partners', 'work_total + work_total', 5000],
  ['groups', 'sum by (i) (work_total)', 5000],
  ['candidates', 'topk(1000, work_total)', 5000],
  ['labels that are made', `label_replace(work_total, "a", "${'x'.repeat(5000)}", "", "")`, 50_000],
  ['labels that are counted', 'count_values("v", work_total)', 5000],
  ['steps of sub-queries', 'max_over_time(work_total[1d:1s])', 1e6],
  [
    'steps of sub-queries in sub-queries',
    'max_over_time('.repeat(20) + 'work_total' + '[1h:1s])'.repeat(20),
    3e6,
  ],
  [
    'scalars that wait for scalars',
    `max_over_time(vector(${'time()+('.repeat(100)}1${')'.repeat(100)})[1h:1s])`,
    1e6,
  ],
])('memory is bounded: %s', (_what, expr, maxBytes) => {
  const memory = counters(100)
  const ask = (options: object): unknown => instantQuery(memory, { expr, timeMs: 6e5, options })
  expect(() => ask({ maxBytes })).toThrow(TOO_MUCH)
  expect(() => ask({ maxBytes: 2 ** 40 })).not.toThrow()
})

/** Histograms of 1,000 buckets, each with bytes of its own. */
function wideHistograms(count: number): MemoryQueryable {
  const memory = new MemoryQueryable()
  const none = new Float64Array(0)
  for (let i = 0; i < count; i++) {
    const columns = new SampleColumns()
    for (let k = 0; k < 10; k++) {
      columns.pushHistogram(k * 60_000, {
        isFloat: true,
        resetHint: 'unknown',
        schema: 8,
        zeroThreshold: 0,
        zeroCount: 0,
        count: 1000,
        sum: 1,
        positiveSpans: Int32Array.of(0, 1000),
        positive: new Float64Array(1000).fill(1),
        negativeSpans: new Int32Array(0),
        negative: none,
        customValues: none,
      })
    }
    memory.add(Labels.of({ __name__: 'wide', i: String(i) }), columns)
  }
  return memory
}

test.each([
  'wide',
  'wide + wide',
  'sum by (i) (wide)',
  'histogram_quantile(0.9, wide)',
  'wide * 2',
])('memory is bounded, native histograms counted: %s', (expr) => {
  const memory = wideHistograms(20)
  const ask = (options: object): number => {
    const range = { expr, startMs: 240_000, endMs: 540_000, stepMs: 60_000, options }
    return rangeQuery(memory, range).stats.peakBytes
  }
  // 20 series of 6 histograms, 8 kB each.
  expect(() => ask({ maxBytes: 200_000 })).toThrow(TOO_MUCH)
  expect(ask({})).toBeGreaterThan(900_000)
})

test('histograms that were held and let go again do not add up', () => {
  const ask = (expr: string): number => {
    const range = { expr, startMs: 240_000, endMs: 540_000, stepMs: 60_000 }
    return rangeQuery(wideHistograms(5), range).stats.peakBytes
  }
  const many = Array.from({ length: 20 }, () => 'histogram_count(sum(wide + wide))').join(' + ')
  expect(ask(many)).toBeLessThan(ask('histogram_count(sum(wide + wide))') * 2)
})

test('what was held and let go again does not add up', () => {
  const expr = Array.from({ length: 50 }, () => 'sum(work_total + work_total)').join(' + ')
  const one = instantQuery(counters(100), { expr: 'sum(work_total + work_total)', timeMs: 6e5 })
  const many = instantQuery(counters(100), { expr, timeMs: 6e5 })
  expect(many.stats.peakBytes).toBeLessThan(one.stats.peakBytes * 2)
})

test.each([
  ['label_replace(work_total, "a", "$1$1", "a", "(.*)")', '$1$1'],
  ['label_join(work_total, "a", "", "a", "a")', 'twice'],
])('label values cannot double for ever: %s', (call) => {
  let expr = 'label_replace(work_total, "a", "x", "", "")'
  for (let i = 0; i < 200; i++) expr = call.replace('work_total', () => expr)
  expect(() => instantQuery(counters(1), { expr, timeMs: 6e5 })).toThrow(
    /^label value of more than 65536 characters in label_(replace|join)\(\)$/,
  )
})

test.each([
  ['work_total', [3, 3, 3]],
  ['sum(rate(work_total[1m]))', [12, 12, 12]],
  ['max_over_time(rate(work_total[1m])[1m:15s])', [12, 12, 12]],
  ['work_total - work_total', [6, 6, 6]],
  ['work_total @ 600', [3, 3, 3]],
  ['sum_over_time(work_total[1m] @ 600) + 1', [12, 12, 12]],
  ['absent(nothing)', [0, 0, 0]],
  ['time()', [0, 0, 0]],
])('samples that the steps of %s look at', (expr, want) => {
  const ask = (countSteps: boolean): readonly number[] => {
    const range = { startMs: 600_000, endMs: 720_000, stepMs: 60_000 }
    return [
      ...rangeQuery(counters(3), { expr, ...range, options: { countSteps } }).stats.samplesQueried,
    ]
  }
  expect(ask(true)).toEqual(want)
  expect(ask(false)).toEqual([])
})

test.each([
  '('.repeat(399) + 'work_total' + ')'.repeat(399),
  'work_total' + '+work_total'.repeat(399),
  'abs('.repeat(399) + 'work_total' + ')'.repeat(399),
  'sum('.repeat(399) + 'work_total' + ')'.repeat(399),
  'max_over_time('.repeat(190) + 'work_total' + '[1m:])'.repeat(190),
  '-('.repeat(199) + 'work_total' + ')'.repeat(199),
  'label_replace('.repeat(300) + 'work_total' + ',"a","b","c","d")'.repeat(300),
])('the deepest query there may be is answered, not a stack overflow (%#)', (expr) => {
  const { value } = instantQuery(counters(1), { expr, timeMs: 600_000 })
  expect(value.kind).toBe('vector')
})

test('statistics count what was read', () => {
  const { stats } = instantQuery(counters(3), { expr: 'sum(work_total)', timeMs: 600_000 })
  expect(stats.seriesRead).toBe(3)
  expect(stats.samplesRead).toBe(60)
})

test('types that a range query cannot show are refused', () => {
  const ask = (expr: string): void => {
    rangeQuery(counters(1), { expr, startMs: 0, endMs: 1, stepMs: 1 })
  }
  expect(() => ask('"x"')).toThrow('invalid expression type "string" for range query')
  expect(() => ask('a[5m]')).toThrow('invalid expression type "range vector" for range query')
})

test.each([
  [0, '0'],
  [-0, '-0'],
  [1e6, '1000000'],
  [1e20, '100000000000000000000'],
  [1e21, '1e+21'],
  [1e-6, '0.000001'],
  [1e-7, '1e-07'],
  [Number.POSITIVE_INFINITY, '+Inf'],
  [Number.NEGATIVE_INFINITY, '-Inf'],
  [Number.NaN, 'NaN'],
])('formatValue(%d) is %s', (value, text) => expect(formatValue(value)).toBe(text))

test('a histogram counts for as many samples as Prometheus 3.5.3 counts it for', () => {
  const none = new Float64Array(0)
  const base = {
    isFloat: true,
    resetHint: 'unknown',
    zeroThreshold: 0.001,
    zeroCount: 2,
    sum: 18.4,
    negativeSpans: new Int32Array(0),
    negative: none,
    customValues: none,
  } as const
  const wide = {
    ...base,
    schema: 0,
    count: 5,
    positiveSpans: Int32Array.of(0, 2, 1, 1),
    positive: Float64Array.of(1, 0, 1.5),
    negativeSpans: Int32Array.of(0, 1),
    negative: Float64Array.of(0.5),
  }
  const custom = {
    ...base,
    schema: -53,
    count: 10,
    positiveSpans: Int32Array.of(0, 3),
    positive: Float64Array.of(3, 4, 3),
    customValues: Float64Array.of(0.5, 2.5),
  }
  const memory = new MemoryQueryable()
  const columns = new SampleColumns()
  columns.pushHistogram(0, wide)
  columns.pushHistogram(60_000, wide)
  columns.push(90_000, 7.5)
  memory.add(Labels.of({ __name__: 'h', k: '1' }), columns)
  const other = new SampleColumns()
  other.pushHistogram(0, custom)
  memory.add(Labels.of({ __name__: 'h', k: '2' }), other)
  const options = { countSteps: true }
  const range = { expr: 'h{k="1"}', startMs: 0, endMs: 90_000, stepMs: 30_000, options }
  expect([...rangeQuery(memory, range).stats.samplesQueried]).toEqual([14, 14, 14, 1])
  const windows = { expr: 'count_over_time(h[5m])', timeMs: 90_000, options }
  expect([...instantQuery(memory, windows).stats.samplesQueried]).toEqual([14 + 14 + 1 + 14])
  expect(rangeQuery(memory, range).stats.peakSamples).toBeGreaterThanOrEqual(43)
})
