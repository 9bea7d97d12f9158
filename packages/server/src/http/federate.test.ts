import { Labels, STALE_MARKER, SampleColumns } from '@weir/model'
import { MemoryQueryable } from '@weir/promql'
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
