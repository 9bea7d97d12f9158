import { WeirError } from '@weir/model'
import { encodeOtlp, exposition } from '@weir/wire'
import { expect, test } from 'vitest'
import { otlpReceiver } from '../otlp/config.ts'
import type { OtlpOutcome } from '../otlp/receiver.ts'
import { createHttp } from './app.ts'
import type { HttpDeps } from './deps.ts'
import { standIn } from './testing/stand-in.ts'

const BODY = Buffer.from(encodeOtlp({ resourceMetrics: [] }))
const STORED: OtlpOutcome = {
  samples: 5,
  histograms: 0,
  exemplars: 0,
  rejected: {},
  example: '',
  rejectedPoints: 0,
  deltaStreams: 2,
}
const PARTLY: OtlpOutcome = {
  ...STORED,
  rejected: { out_of_order: 2 },
  example: 'a{b="c"}',
  rejectedPoints: 2,
}
const PROTOBUF = 'application/x-protobuf'
const JSON_TYPE = 'application/json'

function taking(outcome: OtlpOutcome | WeirError, keys: object = {}): Pick<HttpDeps, 'otlp'> {
  const take = async (): Promise<OtlpOutcome> => {
    if (outcome instanceof WeirError) throw outcome
    return outcome
  }
  return { otlp: { take, limits: otlpReceiver.parse(keys) } }
}

async function post(
  overrides: Partial<HttpDeps>,
  contentType: string,
  { payload = BODY, url = '/v1/metrics' }: { payload?: Buffer; url?: string } = {},
): Promise<{ status: number; headers: Record<string, unknown>; body: Buffer; metrics: string }> {
  const deps = standIn(overrides)
  await using http = await createHttp(deps)
  const headers = contentType === '' ? {} : { 'content-type': contentType }
  const reply = await http.inject({ method: 'POST', url, headers, payload })
  const metrics = new TextDecoder().decode(exposition(deps.registry.collect(), '').body)
  return { status: reply.statusCode, headers: reply.headers, body: reply.rawPayload, metrics }
}

test.each([
  [PROTOBUF, ''],
  ['application/json; charset=utf-8', '{}'],
])('what is stored is 200 in %s, and counted', async (type, want) => {
  const { status, headers, body, metrics } = await post(taking(STORED), type)
  expect([status, body.toString()]).toEqual([200, want])
  expect(headers['content-type']).toBe(type) // Fastify adds the charset to JSON
  const encoding = type === PROTOBUF ? 'protobuf' : 'json'
  expect(metrics).toContain(`weir_otlp_requests_total{encoding="${encoding}",outcome="stored"} 1`)
  expect(metrics).toContain('weir_otlp_delta_streams 2')
})

test('the path of Prometheus answers too', async () => {
  const { status } = await post(taking(STORED), PROTOBUF, { url: '/api/v1/otlp/v1/metrics' })
  expect(status).toBe(200)
})

test('what was not kept is a partial success: 200, since it must not be sent again', async () => {
  const json = await post(taking(PARTLY), JSON_TYPE)
  expect(json.status).toBe(200)
  expect(JSON.parse(json.body.toString())).toEqual({
    partialSuccess: {
      rejectedDataPoints: '2',
      errorMessage: 'not kept: 2 out_of_order; one of them: a{b="c"}',
    },
  })
  const { body, metrics } = await post(taking(PARTLY), PROTOBUF)
  expect(body.subarray(0, 1).toString('hex')).toBe('0a') // partial_success
  expect(body.subarray(2, 4).toString('hex')).toBe('0802') // rejected_data_points: 2
  expect(body.toString()).toContain('2 out_of_order')
  expect(metrics).toContain('weir_otlp_rejected_total{encoding="protobuf",reason="out_of_order"} 2')
})

test.each([
  ['OTLP_INVALID', 400, 3],
  ['HTTP_BODY_BROKEN', 400, 3],
  ['HTTP_TOO_LARGE', 413, 3],
  ['STORAGE_FULL', 503, 14],
] as const)('%s is %i with a google.rpc.Status', async (code, status, grpc) => {
  const error = new WeirError(code, 'Cannot, as the test has it')
  const json = await post(taking(error), JSON_TYPE)
  expect(json.status).toBe(status)
  expect(JSON.parse(json.body.toString())).toEqual({ code: grpc, message: error.message })
  expect(json.headers['retry-after']).toBe(status === 503 ? '5' : undefined)
  const protobuf = await post(taking(error), PROTOBUF)
  expect(protobuf.headers['content-type']).toBe(PROTOBUF)
  const text = Buffer.from(error.message)
  expect(protobuf.body).toEqual(Buffer.concat([Buffer.from([8, grpc, 18, text.length]), text]))
})

test.each(['', 'text/plain', 'application/x-www-form-urlencoded'])(
  'content type %j is 415',
  async (type) => {
    const { status, body } = await post(taking(STORED), type)
    expect(status).toBe(415)
    expect(JSON.parse(body.toString())).toMatchObject({ code: 3 })
  },
)

test('what is refused before the route is asked is a Status too', async () => {
  const long = await post(taking(STORED, { max_body_bytes: '1KiB' }), PROTOBUF, {
    payload: Buffer.alloc(1025),
  })
  expect([long.status, long.headers['content-type']]).toEqual([413, PROTOBUF])
  expect(long.body.toString()).toContain('otlp_receiver.max_body_bytes')
  const starting = await post({ ...taking(STORED), ready: () => ['the store'] }, JSON_TYPE)
  expect([starting.status, JSON.parse(starting.body.toString())]).toEqual([
    503,
    { code: 14, message: 'Cannot answer yet: waiting for the store' },
  ])
})

test('beyond the requests that may be under way a sender is told to come again', async () => {
  let go!: () => void
  const held = new Promise<void>((resolve) => {
    go = resolve
  })
  const take = async (): Promise<OtlpOutcome> => {
    await held
    return STORED
  }
  const limits = otlpReceiver.parse({ max_requests_in_flight: 1 })
  await using http = await createHttp(standIn({ otlp: { take, limits } }))
  const headers = { 'content-type': PROTOBUF }
  const request = { method: 'POST', url: '/v1/metrics', headers, payload: BODY } as const
  const first = http.inject(request).then((reply) => reply) // it starts when somebody waits
  const second = await http.inject(request)
  expect([second.statusCode, second.headers['retry-after']]).toEqual([503, '5'])
  expect(second.headers['content-type']).toBe(PROTOBUF)
  go()
  expect((await first).statusCode).toBe(200)
})
