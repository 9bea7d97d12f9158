import {
  Labels,
  type MetricMetadata,
  type NativeHistogram,
  STALE_MARKER,
  SampleColumns,
} from '@weir/model'
import { MemoryQueryable } from '@weir/promql'
import { ExpositionPage, ProtoSeriesTable, parseProtobuf } from '@weir/wire'
import { expect, test } from 'vitest'
import { executeJob } from '../query/execute.ts'
import type { FederateJob, MetricSource } from '../query/job.ts'
import { createHttp } from './app.ts'
import type { HttpDeps } from './deps.ts'
import { NOON, demoSource, standIn } from './testing/stand-in.ts'

interface Page {
  readonly status: number
  readonly type: string
  readonly body: string
}

async function federate(
  query: string,
  accept = '',
  overrides: Partial<HttpDeps> = {},
): Promise<Page> {
  await using http = await createHttp(standIn(overrides))
  const headers = accept === '' ? {} : { accept }
  const reply = await http.inject({ method: 'GET', url: `/federate?${query}`, headers })
  return {
    status: reply.statusCode,
    type: String(reply.headers['content-type']),
    body: reply.payload,
  }
}

/** Series with samples so many seconds before noon. */
function sourceOf(
  series: readonly (readonly [
    Record<string, string>,
    ...(readonly [number, number | 'stale'])[],
  ])[],
): MetricSource {
  const memory = new MemoryQueryable()
  for (const [labels, ...samples] of series) {
    const columns = new SampleColumns()
    for (const [ago, value] of samples) {
      // The marker's bits do not survive an array of numbers.
      columns.push(NOON - ago * 1000, value === 'stale' ? STALE_MARKER : value)
    }
    memory.add(Labels.of(labels), columns)
  }
  return Object.assign(memory, { metadata: () => new Map() })
}

function job(source: MetricSource, more: Partial<FederateJob> = {}): string {
  const reply = executeJob(
    {
      kind: 'federate',
      selectors: ['{a=~".*",__name__=~".+"}'],
      timeMs: NOON,
      limits: {},
      externalLabels: [],
      format: { kind: 'text', escaping: 'underscores' },
      after: undefined,
      pageBytes: 1_000_000,
      ...more,
    },
    source,
  )
  return new TextDecoder().decode(reply.body)
}

test('the newest sample of each series, with its own time and the external labels that it lacks', async () => {
  const page = await federate('match[]=queue_length&match[]={job="shop",instance!="b"}', '', {
    externalLabels: () => ['site', 'north', 'job', 'outside'],
  })
  expect(page).toEqual({
    status: 200,
    type: 'text/plain; version=0.0.4; charset=utf-8; escaping=underscores',
    body: `# TYPE queue_length untyped
queue_length{job="shop",instance="",site="north"} 0 ${NOON}
# TYPE shop_orders_total untyped
shop_orders_total{instance="a",job="shop",site="north"} 720 ${NOON}
`,
  })
})

test.each([
  ['', 'text/plain; version=0.0.4; charset=utf-8; escaping=underscores'],
  ['*/*', 'text/plain; version=0.0.4; charset=utf-8; escaping=underscores'],
  [
    'text/plain;version=1.0.0;escaping=dots',
    'text/plain; version=0.0.4; charset=utf-8; escaping=dots',
  ],
  [
    'application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,text/plain;version=0.0.4;q=0.3,*/*;q=0.1',
    'text/plain; version=0.0.4; charset=utf-8; escaping=allow-utf-8',
  ],
  [
    'application/openmetrics-text;version=1.0.0',
    'application/openmetrics-text; version=1.0.0; charset=utf-8; escaping=underscores',
  ],
  [
    'application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited;q=0.6,*/*;q=0.2',
    'application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited; escaping=underscores',
  ],
  ['text/plain;q=0', 'text/plain; version=0.0.4; charset=utf-8; escaping=underscores'],
])('Accept %j gives %s', async (accept, want) => {
  expect((await federate('match[]=queue_length', accept)).type).toBe(want)
})

test('OpenMetrics has its times in seconds, and an end', async () => {
  const { body } = await federate('match[]=queue_length', 'application/openmetrics-text')
  expect(body).toBe(
    `# TYPE queue_length unknown\nqueue_length{job="shop",instance=""} 0 ${NOON / 1000}.000\n# EOF\n`,
  )
})

test.each([
  ['', 200, ''],
  ['match[]=nothing', 200, ''],
  ['match[]={', 400, 'unexpected end of input'],
  ['match[]={}', 400, 'must contain at least one non-empty matcher'],
  ['match[]=rate(a[1m])', 400, 'match[]'],
])('%j: %d', async (query, status, want) => {
  const page = await federate(query)
  expect(page.status).toBe(status)
  if (status === 200) expect(page.body).toBe(want)
  else expect(page.body).toContain(want)
})

test('what has ended, is too old, or has another lookback', () => {
  const source = sourceOf([
    [{ __name__: 'ended' }, [60, 1], [30, 'stale']],
    [{ __name__: 'old' }, [300, 1]],
    [{ __name__: 'slow' }, [299, 2]],
    [{ __name__: 'daily', a: 'x' }, [3600, 3]],
    [{ __name__: 'odd' }, [10, Number.NaN]],
  ])
  expect(job(source)).toBe(
    `# TYPE odd untyped\nodd{instance=""} NaN ${NOON - 10_000}\n# TYPE slow untyped\nslow{instance=""} 2 ${NOON - 299_000}\n`,
  )
  const daily = {
    selectors: [[{ name: 'a', operator: '=', value: 'x' } as const]],
    lookbackMs: 7_200_000,
  }
  const limits = { lookbackMs: 60_000, lookbackRules: [daily] }
  expect(job(source, { limits })).toBe(
    `# TYPE daily untyped\ndaily{a="x",instance=""} 3 ${NOON - 3_600_000}\n# TYPE odd untyped\nodd{instance=""} NaN ${NOON - 10_000}\n`,
  )
})

test('names beyond the old alphabet, as the client wants them', () => {
  const source = sourceOf([[{ __name__: 'u.v', 'l.m': 'a"b\\c\nd' }, [1, 1]]])
  const as = (escaping: 'allow-utf-8' | 'dots' | 'values'): string =>
    job(source, { format: { kind: 'text', escaping } }).split('\n')[1]!
  const rest = `="a\\"b\\\\c\\nd",instance=""} 1 ${NOON - 1000}`
  expect(as('allow-utf-8')).toBe(`{"u.v","l.m"${rest}`)
  expect(as('dots')).toBe(`u_dot_v{l_dot_m${rest}`)
  expect(as('values')).toBe(`U__u_2e_v{U__l_2e_m${rest}`)
})

test('pages behind each other are what one page would be', () => {
  const source = demoSource()
  for (const kind of ['text', 'openmetrics'] as const) {
    const format = { kind, escaping: 'underscores' } as const
    const parts: string[] = []
    let after: readonly string[] | undefined
    do {
      const wanted = { format, after, pageBytes: 1, selectors: ['{__name__=~".+"}'] }
      const reply = executeJob(
        { kind: 'federate', timeMs: NOON, limits: {}, externalLabels: [], ...wanted },
        source,
      )
      parts.push(new TextDecoder().decode(reply.body))
      after = reply.next
    } while (after !== undefined)
    expect(parts.length).toBe(5)
    expect(parts.join('')).toBe(job(source, { format, selectors: ['{__name__=~".+"}'] }))
  }
})

const HISTOGRAM: NativeHistogram = {
  schema: 1,
  zeroThreshold: 0.001,
  zeroCount: 2,
  count: 12,
  sum: 18.4,
  positiveSpans: Int32Array.of(0, 2, 1, 1),
  positive: Float64Array.of(1, 2, 3),
  negativeSpans: Int32Array.of(-1, 1),
  negative: Float64Array.of(4),
  customValues: new Float64Array(),
  isFloat: false,
  resetHint: 'unknown',
}

/** Two series of one name, a histogram and a number, as they go out by protobuf and come in again. */
function byProtobuf(histogram: NativeHistogram): {
  page: ExpositionPage
  series: ProtoSeriesTable
} {
  const memory = new MemoryQueryable()
  const columns = new SampleColumns()
  columns.pushHistogram(NOON - 2000, histogram)
  memory.add(Labels.of({ __name__: 'h', a: 'x' }), columns)
  const numbers = new SampleColumns()
  numbers.push(NOON - 1000, 7)
  memory.add(Labels.of({ __name__: 'h', a: 'y' }), numbers)
  const source = Object.assign(memory, { metadata: () => new Map<string, MetricMetadata>() })
  expect(job(source, { selectors: ['h{a="x"}'] })).toBe('')
  const reply = executeJob(
    {
      kind: 'federate',
      selectors: ['h'],
      timeMs: NOON,
      limits: {},
      externalLabels: ['site', 'north'],
      format: { kind: 'protobuf', escaping: 'allow-utf-8' },
      after: undefined,
      pageBytes: 1000,
    },
    source,
  )
  const page = new ExpositionPage()
  const series = new ProtoSeriesTable()
  const options = { native: true, classic: false, created: false }
  expect(parseProtobuf(reply.body, series, page, options)).toBeUndefined()
  return { page, series }
}

test('a native histogram goes out by protobuf, and not by text', () => {
  const { page, series } = byProtobuf(HISTOGRAM)
  expect(page.length).toBe(2)
  expect([...page.times.subarray(0, 2)]).toEqual([NOON - 2000, NOON - 1000])
  expect(page.values[1]).toBe(7)
  expect(Object.fromEntries(chunked(series.pairs(page.series[0]!)))).toMatchObject({
    __name__: 'h',
    a: 'x',
    site: 'north',
  })
  const { resetHint: _, ...counts } = HISTOGRAM
  expect(page.histograms[0]?.histogram).toMatchObject(counts)
})

test('one with bounds of its own goes out as a classic one', () => {
  const { page, series } = byProtobuf({
    ...HISTOGRAM,
    schema: -53,
    zeroCount: 0,
    count: 6,
    positiveSpans: Int32Array.of(0, 1, 1, 2),
    negativeSpans: new Int32Array(),
    negative: new Float64Array(),
    customValues: Float64Array.of(0.5, 1, 2.5),
  })
  const lines = Array.from({ length: page.length }, (_, i) => {
    const labels = Object.fromEntries(chunked(series.pairs(page.series[i]!)))
    return `${labels['__name__']} ${labels['le'] ?? ''} ${page.values[i]}`
  })
  expect(lines.toSorted()).toEqual([
    'h  7',
    'h_bucket +Inf 6',
    'h_bucket 0.5 1',
    'h_bucket 1.0 1',
    'h_bucket 2.5 3',
    'h_count  6',
    'h_sum  18.4',
  ])
})

function chunked(flat: readonly string[]): [string, string][] {
  return Array.from({ length: flat.length / 2 }, (_, i) => [flat[2 * i]!, flat[2 * i + 1]!])
}
