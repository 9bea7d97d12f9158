import {
  KEY_SLACK,
  ProtoWriter,
  SNAPPY_SLACK,
  WriteBatch,
  WriteReaderV1,
  packSnappy,
  snappyHead,
  unpackSnappy,
} from '@weir/wire'
import { expect, test, vi } from 'vitest'
import { executeJob } from '../query/execute.ts'
import type { ReadChunksJob } from '../query/job.ts'
import { remoteReadServer } from '../remote-read/config.ts'
import { createHttp } from './app.ts'
import type { HttpDeps } from './deps.ts'
import { NOON, demoSource, standIn } from './testing/stand-in.ts'

const EQUAL = 0
const REGEX = 2

interface Asked {
  readonly matchers: readonly (readonly [type: number, name: string, value: string])[]
  readonly startMs?: number
  readonly formats?: readonly number[]
}

function request({ matchers, startMs = NOON - 60_000, formats = [] }: Asked): Buffer {
  const out = new ProtoWriter().message(1, (query) => {
    query.int(1, startMs).int(2, NOON)
    for (const [type, name, value] of matchers) {
      query.message(3, (one) => one.int(1, type).text(2, name).text(3, value))
    }
  })
  for (const format of formats) out.int(2, format)
  return Buffer.from(packSnappy(out.bytes))
}

interface Reply {
  readonly status: number
  readonly headers: Readonly<Record<string, unknown>>
  readonly body: Buffer
}

async function post(
  payload: Buffer,
  overrides: Partial<HttpDeps> = {},
  encoding = 'snappy',
): Promise<Reply> {
  await using http = await createHttp(standIn(overrides))
  const headers = { 'content-type': 'application/x-protobuf', 'content-encoding': encoding }
  const reply = await http.inject({ method: 'POST', url: '/api/v1/read', headers, payload })
  return { status: reply.statusCode, headers: reply.headers, body: reply.rawPayload }
}

/** Lines `labels value@seconds before noon …` of an answer with plain samples. */
function linesOf(body: Buffer): string[] {
  const head = snappyHead(body)!
  const text = new Uint8Array(head.textBytes + SNAPPY_SLACK)
  expect(unpackSnappy(body, head, text)).toBe(true)
  // ReadResponse { 1 QueryResult { 1 TimeSeries } }: the inside looks as a write request does.
  const start = text.indexOf(0x0a) + 1
  let at = start
  while (text[at]! >= 0x80) at++
  const result = text.subarray(at + 1, head.textBytes + KEY_SLACK)
  const reader = new WriteReaderV1(1)
  const batch = new WriteBatch(1000)
  expect(reader.read(result, result.length - KEY_SLACK, batch)).toBeUndefined()
  const lines: string[] = []
  for (let series = 0; series < reader.seriesCount; series++) {
    const samples: string[] = []
    for (let i = 0; i < batch.length; i++) {
      if (batch.series[i] !== series) continue
      samples.push(`${batch.values[i]}@${(NOON - batch.times[i]!) / 1000}`)
    }
    lines.push(`${(reader.pairs(series) as string[]).join(' ')}: ${samples.join(' ')}`)
  }
  return lines
}

const ORDERS = [EQUAL, '__name__', 'shop_orders_total'] as const
const ONE = [EQUAL, 'instance', 'a'] as const

test('samples within the range come as they are stored', async () => {
  const { status, headers, body } = await post(request({ matchers: [ORDERS, ONE] }))
  expect(status).toBe(200)
  expect(headers['content-type']).toBe('application/x-protobuf')
  expect(headers['content-encoding']).toBe('snappy')
  expect(linesOf(body)).toEqual([
    '__name__ shop_orders_total instance a job shop: 708@60 711@45 714@30 717@15 720@0',
  ])
})

test('external labels are on every series, and found by; those of the series win', async () => {
  const externalLabels = (): string[] => ['site', 'north', 'job', 'outside']
  const matchers = [ORDERS, ONE, [EQUAL, 'site', 'north']] as const
  const asked = request({ matchers, startMs: NOON })
  expect(linesOf((await post(asked, { externalLabels })).body)).toEqual([
    '__name__ shop_orders_total instance a job shop site north: 720@0',
  ])
  const south = request({ matchers: [ORDERS, [EQUAL, 'site', 'south']] })
  expect(linesOf((await post(south, { externalLabels })).body)).toEqual([])
})

test.each([
  [[], 'application/x-protobuf'],
  [[0, 1], 'application/x-protobuf'],
  [[1, 0], 'application/x-streamed-protobuf; proto=prometheus.ChunkedReadResponse'],
  [[9, 1], 'application/x-streamed-protobuf; proto=prometheus.ChunkedReadResponse'],
])('a client that takes %j gets %s', async (formats, type) => {
  const { status, headers, body } = await post(request({ matchers: [ORDERS], formats }))
  expect([status, headers['content-type']]).toEqual([200, type])
  expect(body.length).toBeGreaterThan(100)
})

const limits = (keys: object): Partial<HttpDeps> => ({
  remoteReadLimits: remoteReadServer.parse(keys),
})

test.each<[string, Buffer, Partial<HttpDeps>, number, string]>([
  ['not snappy', Buffer.from('GET'), {}, 400, 'REMOTE_READ_INVALID'],
  ['no protobuf', Buffer.from(packSnappy(Buffer.from('http'))), {}, 400, 'REMOTE_READ_INVALID'],
  ['1 GiB declared', Buffer.from([0x80, 0x80, 0x80, 0x80, 4, 0]), {}, 413, 'HTTP_TOO_LARGE'],
  [
    'no format that there is',
    request({ matchers: [ORDERS], formats: [9] }),
    {},
    400,
    'REMOTE_READ_INVALID',
  ],
  ['a bad regex', request({ matchers: [[REGEX, 'job', '(']] }), {}, 400, 'QUERY_PARSE'],
  [
    'a bad regex, streamed',
    request({ matchers: [[REGEX, 'job', '(']], formats: [1] }),
    {},
    400,
    'QUERY_PARSE',
  ],
  [
    '100,000 matchers',
    request({ matchers: Array.from({ length: 100_000 }, () => ORDERS) }),
    {},
    400,
    'REMOTE_READ_INVALID',
  ],
  [
    'too many samples',
    request({ matchers: [ORDERS] }),
    limits({ max_samples: 9 }),
    422,
    'QUERY_TOO_MANY_SAMPLES',
  ],
  [
    'too long an answer',
    request({ matchers: [[REGEX, 'job', '.*']], startMs: 0 }),
    limits({ max_answer_bytes: 1024 }),
    422,
    'QUERY_ANSWER_TOO_LARGE',
  ],
])('%s is refused', async (_what, payload, overrides, status, code) => {
  const reply = await post(payload, overrides)
  expect([reply.status, reply.headers['weir-error-code']]).toEqual([status, code])
})

test('another encoding is 415', async () => {
  expect((await post(request({ matchers: [ORDERS] }), {}, 'gzip')).status).toBe(415)
})

test('a stream is made page by page, sorted, each series once', () => {
  const source = demoSource()
  const found: string[] = []
  let after: readonly string[] | undefined
  do {
    const job: ReadChunksJob = {
      kind: 'readChunks',
      query: { startMs: 0, endMs: NOON, matchers: [{ name: 'job', operator: '=', value: 'shop' }] },
      queryIndex: 0,
      externalLabels: [],
      after,
      pageBytes: 1,
      frameBytesMax: 1 << 20,
    }
    const { status, body, next } = executeJob(job, source)
    expect(status).toBe(200)
    found.push(
      ...(Buffer.from(body)
        .toString('latin1')
        .match(/queue_length|shop_orders_total|instance\x12\x01[ab]/g) ?? []),
    )
    after = next
  } while (after !== undefined)
  expect(found).toEqual([
    'queue_length',
    'shop_orders_total',
    'instance\x12\x01a',
    'shop_orders_total',
    'instance\x12\x01b',
  ])
})

test('no more reads than allowed are under way: the next one waits for its turn', async () => {
  const deps = standIn(limits({ max_concurrent: 1 }))
  let open!: () => void
  const held = new Promise<void>((resolve) => {
    open = resolve
  })
  let running = 0
  const json: HttpDeps['queries']['json'] = async (job, origin, signal) => {
    running++
    await held
    return deps.queries.json(job, origin, signal)
  }
  await using http = await createHttp({ ...deps, queries: { ...deps.queries, json } })
  const payload = request({ matchers: [ORDERS], formats: [1] })
  const ask = (): Promise<number> =>
    http
      .inject({ method: 'POST', url: '/api/v1/read', payload })
      .then(({ statusCode }) => statusCode)
  const both = [ask(), ask()]
  await vi.waitFor(() => expect(running).toBe(1))
  for (let i = 0; i < 20; i++) await new Promise((resolve) => setImmediate(resolve))
  expect(running).toBe(1)
  open()
  expect(await Promise.all(both)).toEqual([200, 200])
})
