import { WeirError } from '@weir/model'
import { encodeWriteRequestV1, packSnappy } from '@weir/wire'
import { expect, test } from 'vitest'
import { remoteWriteReceiver } from '../remote-write/config.ts'
import type { PushOutcome } from '../push/outcome.ts'
import { exposition } from '@weir/wire'
import { createHttp } from './app.ts'
import type { HttpDeps } from './deps.ts'
import { standIn } from './testing/stand-in.ts'

const BODY = Buffer.from(
  packSnappy(encodeWriteRequestV1([{ labels: ['__name__', 'up'], samples: [[1, 1]] }])),
)
const STORED: PushOutcome = { samples: 7, histograms: 2, exemplars: 1, rejected: {}, example: '' }
const HEADERS = { 'content-type': 'application/x-protobuf', 'content-encoding': 'snappy' }

interface Reply {
  readonly status: number
  readonly headers: Readonly<Record<string, unknown>>
  readonly body: string
  readonly metrics: string
}

async function post(
  overrides: Partial<HttpDeps>,
  headers: Record<string, string> = HEADERS,
  body: Buffer = BODY,
): Promise<Reply> {
  const deps = standIn(overrides)
  await using http = await createHttp(deps)
  const reply = await http.inject({ method: 'POST', url: '/api/v1/write', headers, payload: body })
  const page = exposition(deps.registry.collect(), '')
  return {
    status: reply.statusCode,
    headers: reply.headers,
    body: reply.body,
    metrics: new TextDecoder().decode(page.body),
  }
}

const taking = (outcome: PushOutcome): Partial<HttpDeps> => ({ remoteWrite: async () => outcome })
const failing = (code: WeirError['code']): Partial<HttpDeps> => ({
  remoteWrite: () => Promise.reject(new WeirError(code, 'Cannot, as the test has it')),
})

test('what is stored is answered with 204 and counted', async () => {
  const { status, headers, body, metrics } = await post(taking(STORED))
  expect([status, body]).toEqual([204, ''])
  expect(headers).toMatchObject({
    'x-prometheus-remote-write-samples-written': '7',
    'x-prometheus-remote-write-histograms-written': '2',
    'x-prometheus-remote-write-exemplars-written': '1',
  })
  expect(metrics).toContain('weir_remote_write_requests_total{outcome="stored",version="1.0"} 1')
  expect(metrics).toContain('weir_remote_write_written_total{kind="sample",version="1.0"} 7')
  expect(metrics).toContain('weir_remote_write_requests_in_flight 0')
})

test('the body arrives as it was sent, in a buffer that can change hands', async () => {
  let seen: Uint8Array<ArrayBuffer> | undefined
  await post({
    remoteWrite: async ({ body }) => {
      seen = body
      return STORED
    },
  })
  expect(Buffer.from(seen!)).toEqual(BODY)
  expect(structuredClone(seen!, { transfer: [seen!.buffer] })).toEqual(new Uint8Array(BODY))
})

test('a request kept in part is 400, so that it is never sent again, and says what was wrong', async () => {
  const { status, headers, body, metrics } = await post(
    taking({ ...STORED, rejected: { out_of_order: 2, bad_labels: 1 }, example: 'up{a="b"}' }),
  )
  expect(status).toBe(400)
  expect(headers['x-prometheus-remote-write-samples-written']).toBe('7')
  expect(body).toContain('2 out_of_order, 1 bad_labels')
  expect(body).toContain('up{a=')
  expect(metrics).toContain(
    'weir_remote_write_rejected_total{reason="out_of_order",version="1.0"} 2',
  )
  expect(metrics).toContain('outcome="partial"')
})

test.each([
  ['REMOTE_WRITE_INVALID', 400, undefined],
  ['HTTP_TOO_LARGE', 413, undefined],
  ['STORAGE_FULL', 503, '5'],
  ['STORAGE_FAILED', 503, '5'],
  ['STORAGE_BUSY', 503, '5'],
] as const)('%s is answered with %d', async (code, status, retryAfter) => {
  const reply = await post(failing(code))
  expect(reply.status).toBe(status)
  expect(reply.headers['retry-after']).toBe(retryAfter)
  expect(reply.headers['weir-error-code']).toBe(code)
  expect(reply.headers['x-prometheus-remote-write-samples-written']).toBe('0')
  expect(reply.metrics).toContain(`outcome="${code}",version="1.0"} 1`)
})

test.each([
  ['a JSON body', { 'content-type': 'application/json', 'content-encoding': 'snappy' }],
  ['no content type', { 'content-encoding': 'snappy' }],
  ['an unknown message', { ...HEADERS, 'content-type': 'application/x-protobuf;proto=some.Other' }],
  ['zstd', { ...HEADERS, 'content-encoding': 'zstd' }],
  ['gzip', { ...HEADERS, 'content-encoding': 'gzip' }],
])('%s is 415', async (_what, headers) => {
  const reply = await post(taking(STORED), headers)
  expect(reply.status).toBe(415)
  expect(reply.body).toContain('want')
})

test.each([
  'application/x-protobuf',
  'application/x-protobuf;proto=prometheus.WriteRequest',
  'application/x-protobuf; proto="prometheus.WriteRequest"',
  'Application/X-Protobuf; charset=utf-8',
])('%s is remote write 1.0', async (type) => {
  expect((await post(taking(STORED), { ...HEADERS, 'content-type': type })).status).toBe(204)
})

const limits = (keys: object): Partial<HttpDeps> => ({
  ...taking(STORED),
  remoteWriteLimits: remoteWriteReceiver.parse(keys),
})

test('a body longer than its own limit is 413 and names the key; it may be longer than a form', async () => {
  const long = Buffer.alloc(5 << 20)
  expect((await post(taking(STORED), HEADERS, long)).status).toBe(204)
  const reply = await post(limits({ max_body_bytes: '1MiB' }), HEADERS, long)
  expect(reply.status).toBe(413)
  expect(reply.body).toContain('remote_write_receiver.max_body_bytes')
})

test('beyond the requests that may be under way a sender is told to come again', async () => {
  let go!: () => void
  const held = new Promise<void>((resolve) => {
    go = resolve
  })
  const deps = standIn({
    ...limits({ max_requests_in_flight: 1 }),
    remoteWrite: async () => {
      await held
      return STORED
    },
  })
  await using http = await createHttp(deps)
  const request = { method: 'POST', url: '/api/v1/write', headers: HEADERS, payload: BODY } as const
  const first = http.inject(request).then((reply) => reply) // it starts when somebody waits
  const second = await http.inject(request)
  expect([second.statusCode, second.headers['retry-after']]).toEqual([503, '5'])
  expect(second.headers['weir-error-code']).toBe('REMOTE_WRITE_BUSY')
  go()
  expect((await first).statusCode).toBe(204)
  expect((await http.inject(request)).statusCode).toBe(204)
})
