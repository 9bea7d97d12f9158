import { WeirError } from '@weir/model'
import { exposition } from '@weir/wire'
import { describe, expect, test } from 'vitest'
import { influxConfig } from '../influx/config.ts'
import type { InfluxOutcome, InfluxRequest } from '../influx/receiver.ts'
import { createHttp } from './app.ts'
import type { HttpDeps } from './deps.ts'
import { standIn } from './testing/stand-in.ts'

const STORED: InfluxOutcome = {
  samples: 3,
  histograms: 0,
  exemplars: 0,
  rejected: {},
  example: '',
  lines: 2,
  strings: 1,
  badLines: [],
  badSeries: '',
}

interface Reply {
  readonly status: number
  readonly headers: Readonly<Record<string, unknown>>
  readonly body: string
  readonly metrics: string
}

async function ask(
  overrides: Partial<HttpDeps>,
  url: string,
  request: {
    readonly method?: 'GET' | 'POST' | 'HEAD'
    readonly headers?: Record<string, string>
    readonly payload?: string
  } = {},
): Promise<Reply> {
  const deps = standIn(overrides)
  await using http = await createHttp(deps)
  const reply = await http.inject({ method: 'POST', url, ...request })
  const page = new TextDecoder().decode(exposition(deps.registry.collect(), '').body)
  return { status: reply.statusCode, headers: reply.headers, body: reply.body, metrics: page }
}

const taking = (outcome: InfluxOutcome): Partial<HttpDeps> => ({ influx: async () => outcome })
const LINE = { payload: 'm f=1' }

test.each([
  '/write?db=d',
  '/influx/write?db=d',
  '/api/v2/write?org=o&bucket=d',
  '/influx/api/v2/write?bucket=d',
  '/api/v3/write_lp?db=d',
])('%s: what is stored is answered with 204, whatever the content type', async (url) => {
  for (const type of [
    'text/plain; charset=utf-8',
    'application/x-www-form-urlencoded',
    undefined,
  ]) {
    const headers = type === undefined ? {} : { 'content-type': type }
    const reply = await ask(taking(STORED), url, { headers, ...LINE })
    expect([reply.status, reply.body]).toEqual([204, ''])
    expect(reply.headers['x-influxdb-version']).toBe('1.8.10')
    expect(reply.metrics).toMatch(/weir_influx_written_total\{api="v\d",kind="sample"\} 3/)
    expect(reply.metrics).toContain('weir_influx_strings_total 1')
  }
})

test.each<[string, Partial<InfluxRequest>]>([
  ['/write?db=d&rp=r&u=user&p=secret&consistency=one', { db: 'd', precision: 'auto' }],
  ['/write', { db: '' }],
  ['/write?precision=n', { precision: 'ns' }],
  ['/write?precision=u', { precision: 'us' }],
  ['/write?precision=h', { precision: 'h' }],
  ['/api/v2/write?bucket=d/policy&precision=us', { db: 'd', precision: 'us' }],
  ['/api/v3/write_lp?db=d&precision=millisecond', { db: 'd', precision: 'ms' }],
])('%s is understood', async (url, want) => {
  let seen: InfluxRequest | undefined
  const influx = async (request: InfluxRequest): Promise<InfluxOutcome> => {
    seen = request
    return STORED
  }
  await ask({ influx }, url, { ...LINE, headers: { 'content-encoding': 'gzip' } })
  expect(seen).toMatchObject({ encoding: 'gzip', ...want })
  expect(Buffer.from(seen!.body).toString()).toBe('m f=1')
  expect(structuredClone(seen!.body, { transfer: [seen!.body.buffer] })).toHaveLength(5)
})

describe('what was not kept is told in the words of InfluxDB', () => {
  const bad = { line: 'm f=', number: 2, reason: 'missing field value' }
  const some = { ...STORED, rejected: { bad_line: 1 }, badLines: [bad] }
  const old = { ...STORED, rejected: { out_of_order: 2 }, badSeries: 'm_f{db="d"}' }
  test.each<[string, InfluxOutcome, string, number, object]>([
    [
      'some lines',
      some,
      '/write',
      400,
      { error: "partial write: unable to parse 'm f=': missing field value dropped=0" },
    ],
    [
      'all lines',
      { ...some, lines: 0 },
      '/write',
      400,
      { error: "unable to parse 'm f=': missing field value" },
    ],
    [
      'some lines',
      some,
      '/api/v2/write',
      400,
      {
        code: 'invalid',
        message: "partial write: unable to parse 'm f=': missing field value dropped=0",
      },
    ],
    [
      'some lines',
      some,
      '/api/v3/write_lp',
      400,
      {
        error: 'partial write of line protocol occurred',
        data: [{ original_line: 'm f=', line_number: 2, error_message: 'missing field value' }],
      },
    ],
    [
      'many lines',
      { ...some, rejected: { bad_line: 31 } },
      '/write',
      400,
      {
        error:
          "partial write: unable to parse 'm f=': missing field value\nand 30 more lines dropped=0",
      },
    ],
    [
      'old samples',
      old,
      '/write',
      400,
      {
        error:
          'partial write: points beyond retention policy (2 out_of_order; one of them: m_f{db="d"}) dropped=2',
      },
    ],
    [
      'old samples',
      old,
      '/api/v2/write',
      422,
      {
        code: 'unprocessable entity',
        message:
          'partial write: points beyond retention policy (2 out_of_order; one of them: m_f{db="d"}) dropped=2',
      },
    ],
    [
      'series',
      { ...old, rejected: { label_limit: 1 } },
      '/write',
      400,
      {
        error:
          'partial write: points that cannot be kept (1 label_limit; one of them: m_f{db="d"}) dropped=1',
      },
    ],
  ])('%s (%#)', async (_what, outcome, url, status, body) => {
    const reply = await ask(taking(outcome), url, LINE)
    expect([reply.status, JSON.parse(reply.body)]).toEqual([status, body])
    expect(reply.metrics).toContain('outcome="partial"')
    expect(String(reply.headers['content-type'])).toContain('application/json')
  })
})

test('another value at the same time is counted and no fault', async () => {
  const reply = await ask(
    taking({ ...STORED, rejected: { duplicate_timestamp: 1 } }),
    '/write',
    LINE,
  )
  expect(reply.status).toBe(204)
  expect(reply.metrics).toContain('reason="duplicate_timestamp"} 1')
})

test.each([
  ['STORAGE_FULL', 503, 'unavailable', '5'],
  ['STORAGE_BUSY', 503, 'unavailable', '5'],
  ['HTTP_TOO_LARGE', 413, 'request too large', undefined],
  ['HTTP_BODY_BROKEN', 400, 'invalid', undefined],
] as const)('%s is answered with %d in both shapes', async (code, status, word, retry) => {
  const influx = (): Promise<never> => Promise.reject(new WeirError(code, 'Cannot, says the test'))
  const v1 = await ask({ influx }, '/write', LINE)
  expect([v1.status, JSON.parse(v1.body)]).toEqual([status, { error: 'Cannot, says the test' }])
  expect([v1.headers['retry-after'], v1.headers['weir-error-code']]).toEqual([retry, code])
  expect(v1.headers['x-influxdb-error']).toBe('Cannot, says the test')
  const v2 = await ask({ influx }, '/api/v2/write', LINE)
  expect(JSON.parse(v2.body)).toEqual({ code: word, message: 'Cannot, says the test' })
  expect(v2.headers['x-platform-error-code']).toBe(word)
})

test('what is refused before it is read has the shape that its client reads', async () => {
  const influxLimits = influxConfig.parse({ max_body_bytes: '1KiB' })
  const long = { payload: 'm f=1\n'.repeat(1000) }
  const v1 = await ask({ influxLimits }, '/write', long)
  expect(v1.status).toBe(413)
  expect(JSON.parse(v1.body)).toEqual({ error: expect.stringContaining('influx.max_body_bytes') })
  const v2 = await ask({ ready: () => ['rules'] }, '/api/v2/write', LINE)
  expect(v2.status).toBe(503)
  expect(JSON.parse(v2.body)).toMatchObject({ code: 'unavailable' })
})

test.each([
  ['v1', '/write?precision=x', { error: 'invalid precision "x" (use n, u, ms, s, m or h)' }],
  [
    'v2',
    '/api/v2/write?precision=toString',
    {
      code: 'invalid',
      message: 'invalid precision "toString"; valid precision units are ns, us, ms, and s',
    },
  ],
])('%s: an unknown precision is refused', async (_api, url, body) => {
  const reply = await ask(taking(STORED), url, LINE)
  expect([reply.status, JSON.parse(reply.body)]).toEqual([400, body])
})

test.each<[string, unknown]>([
  ['CREATE DATABASE "my db" WITH DURATION 1d', {}],
  ['create database x', {}],
  [
    'SHOW RETENTION POLICIES ON "x"',
    {
      series: [
        {
          columns: ['name', 'duration', 'shardGroupDuration', 'replicaN', 'default'],
          values: [['autogen', '0s', '168h0m0s', 1, true]],
        },
      ],
    },
  ],
  ['CREATE RETENTION POLICY "a" ON "b" DURATION 1h REPLICATION 1', {}],
  ['SHOW DATABASES', { series: [{ name: 'databases', columns: ['name'] }] }],
  ['SELECT * FROM m', { error: expect.stringContaining('PromQL') }],
  ['DROP DATABASE x', { error: expect.stringContaining('"DROP DATABASE x"') }],
])('%s is answered', async (q, result) => {
  const want = { results: [{ statement_id: 0, ...(result as object) }] }
  for (const method of ['GET', 'POST'] as const) {
    const { status, body } = await ask({}, `/query?q=${encodeURIComponent(q)}`, { method })
    expect([status, JSON.parse(body)]).toEqual([200, want])
  }
})

test('databases that were made or written to are listed', async () => {
  const deps = standIn()
  await using http = await createHttp(deps)
  await http.inject({ method: 'POST', url: '/write?db=written', payload: 'm f=1' })
  const form = { 'content-type': 'application/x-www-form-urlencoded' }
  const q = 'q=CREATE+DATABASE+%22made%22%3B+SHOW+DATABASES'
  const reply = await http.inject({ method: 'POST', url: '/query', headers: form, payload: q })
  expect(JSON.parse(reply.body)).toEqual({
    results: [
      { statement_id: 0 },
      {
        statement_id: 1,
        series: [{ name: 'databases', columns: ['name'], values: [['written'], ['made']] }],
      },
    ],
  })
  const json = { 'content-type': 'application/json' }
  const odd = await http.inject({ method: 'POST', url: '/query?q=SHOW+DATABASES', headers: json })
  expect([odd.statusCode, odd.body]).toEqual([200, expect.stringContaining('made')])
  const missing = await http.inject({ method: 'GET', url: '/query' })
  expect([missing.statusCode, JSON.parse(missing.body)]).toEqual([
    400,
    { error: 'missing required parameter "q"' },
  ])
})

test('ping and health answer as InfluxDB does', async () => {
  const ping = await ask({ ready: () => ['rules'] }, '/ping', { method: 'HEAD' })
  expect([ping.status, ping.headers['x-influxdb-version']]).toEqual([204, '1.8.10'])
  const verbose = await ask({}, '/ping?verbose=true', { method: 'GET' })
  expect([verbose.status, JSON.parse(verbose.body)]).toEqual([200, { version: '1.8.10' }])
  const health = await ask({}, '/health', { method: 'GET' })
  expect([health.status, JSON.parse(health.body)]).toMatchObject([200, { status: 'pass' }])
  const waiting = await ask({ ready: () => ['rules'] }, '/health', { method: 'GET' })
  expect([waiting.status, JSON.parse(waiting.body)]).toMatchObject([503, { status: 'fail' }])
})
