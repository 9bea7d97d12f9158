import { type ClientHttp2Session, type ClientHttp2Stream, connect, constants } from 'node:http2'
import { type Socket, connect as connectSocket } from 'node:net'
import { gzipSync } from 'node:zlib'
import { WeirError } from '@weir/model'
import { encodeOtlp, exposition } from '@weir/wire'
import { pino } from 'pino'
import { afterEach, expect, test } from 'vitest'
import { PushIntakes } from '../../push/push-intake.ts'
import { unpackBody } from '../../push/unpack.ts'
import { type AccessControl, OPEN_ACCESS } from '../../access/access-control.ts'
import { type Identity, NOBODY } from '../../access/identity.ts'
import { scopesOf } from '../../access/scope.ts'
import { HandClock } from '../../scrape/testing/hand-clock.ts'
import { TrustedProxies } from '../../network/trusted-proxies.ts'
import { Log } from '../../telemetry/log.ts'
import { Registry } from '../../telemetry/registry.ts'
import { otlpReceiver } from '../config.ts'
import type { OtlpOutcome } from '../receiver.ts'
import type { CallDeps } from './call.ts'
import { type GrpcServer, openGrpc } from './server.ts'
import { framed } from './unary-message.ts'

const STORED: OtlpOutcome = {
  samples: 5,
  histograms: 0,
  exemplars: 0,
  rejected: {},
  example: '',
  rejectedPoints: 0,
  deltaStreams: 2,
}
const METHOD = '/opentelemetry.proto.collector.metrics.v1.MetricsService/Export'
const HEADERS = {
  ':method': 'POST',
  ':path': METHOD,
  'content-type': 'application/grpc',
  te: 'trailers',
}
const BODY = encodeOtlp({ resourceMetrics: [{ scopeMetrics: [], schemaUrl: 'a' }] })

interface Stand extends AsyncDisposable {
  readonly server: GrpcServer
  readonly clock: HandClock
  readonly intakes: PushIntakes
  page(): string
  /** A client of HTTP/2, which goes when the test ends. */
  client(): ClientHttp2Session
  /** A connection that says what the test writes. */
  socket(): Promise<Socket>
}

let stand: Stand
afterEach(() => stand[Symbol.asyncDispose]())

async function open(
  take: CallDeps['take'] = async () => STORED,
  keys: object = {},
  connectionsMax = 100,
  access: AccessControl = OPEN_ACCESS,
): Promise<Stand> {
  const clock = new HandClock(0)
  const registry = new Registry()
  const intakes = new PushIntakes()
  const server = await openGrpc({
    host: '127.0.0.1',
    port: 0,
    take,
    access,
    door: { tls: undefined, guard: () => undefined },
    proxies: new TrustedProxies(['127.0.0.0/8']),
    limits: otlpReceiver.parse(keys),
    connectionsMax,
    headerBytesMax: 65_536,
    requestTimeoutMs: 60_000,
    pushIntakes: intakes,
    telemetry: { registry, log: new Log(pino({ level: 'silent' })) },
    clock,
  })
  const clients: { destroy(): void }[] = []
  const port = Number(server.address.split(':')[1])
  stand = {
    server,
    clock,
    intakes,
    page: () => new TextDecoder().decode(exposition(registry.collect(), '').body),
    client: () => {
      const session = connect(`http://${server.address}`)
      session.on('error', () => undefined)
      clients.push(session)
      return session
    },
    socket: async () => {
      const socket = connectSocket(port, '127.0.0.1')
      socket.on('error', () => undefined)
      socket.resume()
      clients.push(socket)
      await new Promise((resolve) => socket.once('connect', resolve))
      return socket
    },
    async [Symbol.asyncDispose]() {
      for (const client of clients) client.destroy()
      await server[Symbol.asyncDispose]()
    },
  }
  return stand
}

interface Reply {
  readonly http: number
  readonly status: string | undefined
  readonly message: string
  readonly body: Buffer
}

/** What is answered, whether in headers alone or in trailers. */
function reply(stream: ClientHttp2Stream): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    const told: Record<string, unknown> = {}
    stream.on('response', (headers) => Object.assign(told, headers))
    stream.on('trailers', (trailers) => Object.assign(told, trailers))
    stream.on('data', (chunk: Buffer) => chunks.push(chunk))
    stream.on('error', reject)
    stream.on('close', () =>
      resolve({
        http: Number(told[':status']),
        status: told['grpc-status'] as string | undefined,
        message: decodeURIComponent((told['grpc-message'] as string | undefined) ?? ''),
        body: Buffer.concat(chunks),
      }),
    )
  })
}

function call(bytes: Uint8Array, more: object = {}, client = stand.client()): Promise<Reply> {
  const stream = client.request({ ...HEADERS, ...more })
  const answered = reply(stream)
  stream.end(bytes)
  return answered
}

/** Waits until something is so; the other side is a socket away. */
async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setImmediate(resolve))
}

test('what is stored is status 0 with an empty answer, and an intake of its own', async () => {
  const seen: unknown[] = []
  await open(async ({ body, encoding, contentEncoding }) => {
    seen.push([Buffer.from(body).toString('hex'), encoding, contentEncoding])
    return STORED
  })
  const { http, status, body } = await call(framed(BODY))
  expect([http, status, body.toString('hex')]).toEqual([200, '0', '0000000000'])
  expect(seen).toEqual([[Buffer.from(BODY).toString('hex'), 'protobuf', '']])
  expect(stand.intakes.status('http://here')).toMatchObject([
    { kind: 'otlp-grpc', address: stand.server.address, lines: 5, rejected: {} },
  ])
  expect(stand.page()).toContain(
    'weir_otlp_grpc_requests_total{encoding="protobuf",outcome="stored"} 1',
  )
  expect(stand.page()).toContain('weir_otlp_delta_streams 2')
  expect(stand.page()).toContain('weir_otlp_grpc_requests_in_flight 0')
})

test('many calls share a connection, and a message comes in any pieces', async () => {
  const lengths: number[] = []
  await open(async ({ body }) => {
    lengths.push(body.length)
    return STORED
  })
  const client = stand.client()
  const sizes = Array.from({ length: 40 }, (_, i) => i * i * 100)
  const replies = sizes.map((size) => call(framed(new Uint8Array(size)), {}, client))
  expect((await Promise.all(replies)).map(({ status }) => status)).toEqual(sizes.map(() => '0'))
  expect(lengths.toSorted((a, b) => a - b)).toEqual(sizes)
})

test('what was not kept is a partial success with status 0', async () => {
  await open(async () => ({
    ...STORED,
    rejected: { out_of_order: 2 },
    example: 'a{b="c"}',
    rejectedPoints: 2,
  }))
  const { status, body } = await call(framed(BODY))
  expect(status).toBe('0')
  expect(body.readUInt32BE(1)).toBe(body.length - 5)
  expect(body.subarray(5, 6).toString('hex')).toBe('0a') // partial_success
  expect(body.subarray(7, 9).toString('hex')).toBe('0802') // rejected_data_points: 2
  expect(body.toString()).toContain('2 out_of_order; one of them: a{b="c"}')
})

/** A message as its flag says packed. */
function packed(message: Uint8Array): Uint8Array {
  const bytes = framed(message)
  bytes[0] = 1
  return bytes
}

test('the flag says whether a message is packed, grpc-encoding by what', async () => {
  const seen: string[] = []
  await open(async ({ contentEncoding }) => {
    seen.push(contentEncoding)
    return STORED
  })
  await call(packed(gzipSync(BODY)), { 'grpc-encoding': 'gzip' })
  await call(framed(BODY), { 'grpc-encoding': 'gzip' })
  expect(seen).toEqual(['gzip', ''])
})

test('a bomb is refused while it is unpacked, and not to be sent again', async () => {
  const limit = { bytesMax: 1024, key: 'otlp_receiver.max_unpacked_bytes' }
  await open(async ({ body, contentEncoding }) => {
    unpackBody(body, contentEncoding, limit)
    return STORED
  })
  const bomb = packed(gzipSync(new Uint8Array(50_000_000)))
  const { status, message } = await call(bomb, { 'grpc-encoding': 'gzip' })
  expect([status, message]).toEqual(['3', expect.stringContaining(limit.key)])
})

const LONG = Buffer.from([0, 0x7f, 255, 255, 255, 1])

test.each([
  [
    'another service',
    framed(BODY),
    { ':path': '/opentelemetry.proto.collector.trace.v1.TraceService/Export' },
    '12',
    /no traces/,
  ],
  ['another packing', packed(BODY), { 'grpc-encoding': 'br' }, '12', /"br"/],
  ['a snappy of another format', packed(BODY), { 'grpc-encoding': 'snappy' }, '12', /"snappy"/],
  ['packed by nothing', packed(BODY), {}, '12', /grpc-encoding ""/],
  ['no message', new Uint8Array(), {}, '3', /breaks off/],
  ['half a head', Buffer.of(0, 0), {}, '3', /breaks off/],
  ['half a message', framed(BODY).subarray(0, 7), {}, '3', /breaks off/],
  ['two messages', Buffer.concat([framed(BODY), framed(BODY)]), {}, '3', /want one message/],
  ['another flag', Buffer.of(9, 0, 0, 0, 0), {}, '3', /not framed/],
  ['a length beyond the limit', LONG, {}, '3', /otlp_receiver.max_body_bytes/],
])('%s is refused', async (_name, bytes, more, status, why) => {
  let taken = 0
  await open(async () => {
    taken++
    return STORED
  })
  const answer = await call(bytes, more)
  expect([answer.http, answer.status, answer.message]).toEqual([
    200,
    status,
    expect.stringMatching(why),
  ])
  expect(taken).toBe(0)
  expect(stand.page()).toContain('weir_otlp_grpc_requests_in_flight 0')
  expect(Object.values(stand.intakes.status('')[0]!.rejected)).toEqual([1])
})

test.each([
  [415, { 'content-type': 'application/x-protobuf' }],
  [415, { 'content-type': 'application/grpc-web' }],
  [405, { ':method': 'PUT' }],
])('what is not gRPC is %i: %j', async (http, more) => {
  await open()
  expect(await call(framed(BODY), more)).toMatchObject({ http, status: undefined })
})

test('a message that is too long is refused while its sender still writes', async () => {
  await open(undefined, { max_body_bytes: '1KiB' })
  const stream = stand.client().request(HEADERS)
  const answered = reply(stream)
  stream.write(framed(new Uint8Array(1025)).subarray(0, 6))
  expect(await answered).toMatchObject({ status: '3' })
})

test('what the store cannot take now is to be sent again', async () => {
  await open(async () => {
    throw new WeirError('STORAGE_FULL', 'Cannot store: the disk is full')
  })
  expect(await call(framed(BODY))).toMatchObject({ status: '14', message: /disk is full/ })
})

test('beyond what may be under way a sender is told to come again', async () => {
  let go!: () => void
  const held = new Promise<void>((resolve) => {
    go = resolve
  })
  let taken = 0
  const take: CallDeps['take'] = async () => {
    taken++
    await held
    return STORED
  }
  await open(take, { max_requests_in_flight: 1 })
  const left = stand.client().request(HEADERS)
  left.on('error', () => undefined)
  left.end(framed(BODY))
  await until(() => taken === 1)
  left.close(constants.NGHTTP2_CANCEL)
  await new Promise((resolve) => left.once('close', resolve))
  // Its sender has gone, but the store still works for it.
  expect(await call(framed(BODY))).toMatchObject({ status: '14', message: /come again later/ })
  go()
  await until(() => stand.page().includes('weir_otlp_grpc_requests_in_flight 0'))
  expect(await call(framed(BODY))).toMatchObject({ status: '0' })
  expect(stand.page()).toContain('{encoding="unknown",outcome="PUSH_BUSY"} 1')
})

test('a message that breaks off gives its room back', async () => {
  await open(undefined, { max_bytes_in_flight: '1KiB' })
  const client = stand.client()
  const broken = client.request(HEADERS)
  broken.on('error', () => undefined)
  broken.write(framed(new Uint8Array(1000)).subarray(0, 10))
  await until(() => stand.page().includes('weir_otlp_grpc_in_flight_bytes 1000'))
  expect(await call(framed(new Uint8Array(100)))).toMatchObject({ status: '14' })
  broken.close(constants.NGHTTP2_CANCEL)
  await until(() => stand.page().includes('weir_otlp_grpc_in_flight_bytes 0'))
  expect(await call(framed(new Uint8Array(100)))).toMatchObject({ status: '0' })
})

test('a message that does not come in time is given up, and may be sent again', async () => {
  await open()
  const client = stand.client()
  const slow = client.request(HEADERS)
  const answered = reply(slow)
  slow.write(framed(BODY).subarray(0, 6))
  await until(() => stand.page().includes('weir_otlp_grpc_requests_in_flight 1'))
  await stand.clock.moveTo(70_000)
  expect(await answered).toMatchObject({ status: '4', message: /web.request_timeout/ })
  expect(stand.page()).toContain('weir_otlp_grpc_requests_in_flight 0')
  expect(await call(framed(BODY), {}, client)).toMatchObject({ status: '0' })
})

const PREFACE = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'
const NO_SETTINGS = Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0])

test('a peer that does not answer pings is let go; one that does may be silent for long', async () => {
  await open()
  const client = stand.client()
  await call(framed(BODY), {}, client)
  const mute = await stand.socket()
  const gone = await stand.socket()
  gone.write(Buffer.concat([Buffer.from(PREFACE), NO_SETTINGS]))
  const closed = [mute, gone].map((socket) => new Promise((done) => socket.once('close', done)))
  await until(() => stand.page().includes('weir_otlp_grpc_connections 3'))
  for (let minute = 1; minute <= 10; minute++) {
    const pinged = minute === 1 ? undefined : new Promise((done) => client.once('ping', done))
    await stand.clock.moveTo(minute * 65_000)
    await pinged
    if (minute === 3) await Promise.all(closed)
  }
  expect(stand.page()).toContain('weir_otlp_grpc_connections_closed_total{reason="silent"} 2')
  expect(await call(framed(BODY), {}, client)).toMatchObject({ status: '0' })
})

test.each([
  ['HTTP/1', 'POST /v1/metrics HTTP/1.1\r\nhost: a\r\n\r\n'],
  ['TLS', Buffer.from([22, 3, 1, 0, 200, 1, ...new Uint8Array(200)])],
  ['frames that lie', Buffer.concat([Buffer.from(PREFACE), Buffer.alloc(300, 0xff)])],
])('%s ends its own connection alone', async (_name, bytes) => {
  await open()
  const socket = await stand.socket()
  const closed = new Promise((resolve) => socket.once('close', resolve))
  socket.write(bytes)
  await closed
  expect(stand.page()).toContain('weir_otlp_grpc_connections_closed_total{reason="broken"} 1')
  expect(await call(framed(BODY))).toMatchObject({ status: '0' })
})

test('a flood of resets ends its own connection, and leaves nothing behind', async () => {
  await open()
  const flood = stand.client()
  const closed = new Promise((resolve) => flood.once('close', resolve))
  while (!flood.closed && !flood.destroyed) {
    for (let i = 0; i < 100 && !flood.destroyed; i++) {
      const stream = flood.request(HEADERS)
      stream.on('error', () => undefined)
      stream.write(framed(BODY).subarray(0, 7))
      stream.close(constants.NGHTTP2_CANCEL)
    }
    await new Promise((resolve) => setImmediate(resolve))
  }
  await closed
  expect(await call(framed(BODY))).toMatchObject({ status: '0' })
  expect(stand.page()).toContain('weir_otlp_grpc_requests_in_flight 0')
})

test('one connection more than allowed is closed at once', async () => {
  await open(undefined, {}, 1)
  await call(framed(BODY))
  const second = await stand.socket()
  await new Promise((resolve) => second.once('close', resolve))
  expect(stand.page()).toContain('weir_otlp_grpc_connections_closed_total{reason="limit"} 1')
})

test('calls under way are answered before it stops, and nobody is waited for longer', async () => {
  let go!: () => void
  const held = new Promise<void>((resolve) => {
    go = resolve
  })
  let taken = 0
  await open(async () => {
    taken++
    await held
    return STORED
  })
  const answered = call(framed(BODY))
  await until(() => taken === 1)
  const stuck = await stand.socket()
  stuck.write(PREFACE)
  await until(() => stand.page().includes('weir_otlp_grpc_connections 2'))
  const stopped = stand.server[Symbol.asyncDispose]()
  go()
  expect(await answered).toMatchObject({ status: '0' })
  await stand.clock.moveTo(5000)
  await stopped
})

test('a port that is taken is told with its key', async () => {
  await open()
  const port = Number(stand.server.address.split(':')[1])
  const again = openGrpc({
    host: '127.0.0.1',
    port,
    take: async () => STORED,
    access: OPEN_ACCESS,
    door: { tls: undefined, guard: () => undefined },
    proxies: new TrustedProxies(['127.0.0.0/8']),
    limits: otlpReceiver.parse({}),
    connectionsMax: 1,
    headerBytesMax: 1000,
    requestTimeoutMs: 1000,
    pushIntakes: new PushIntakes(),
    telemetry: { registry: new Registry(), log: new Log(pino({ level: 'silent' })) },
    clock: stand.clock,
  })
  await expect(again).rejects.toThrow(/otlp_receiver.grpc_listen/)
})

test('who may not send is told so before a byte of the message is taken', async () => {
  const reader: Identity = { kind: 'token', name: 'r', scopes: scopesOf(['read']) }
  const access: AccessControl = {
    ...OPEN_ACCESS,
    isOn: true,
    identify: async ({ headers }) =>
      headers['authorization'] === 'Bearer reader'
        ? reader
        : headers['authorization'] === 'Bearer sender'
          ? { ...reader, scopes: scopesOf(['ingest']) }
          : NOBODY,
  }
  let taken = 0
  const take = async (): Promise<OtlpOutcome> => {
    taken++
    return STORED
  }
  await open(take, {}, 100, access)
  const as = async (authorization?: string): Promise<string | undefined> =>
    (await call(framed(BODY), authorization === undefined ? {} : { authorization })).status
  expect([await as(), await as('Bearer reader'), taken]).toEqual(['16', '7', 0])
  expect([await as('Bearer sender'), taken]).toEqual(['0', 1])
})

test('a trusted proxy names the client of a call', async () => {
  const addresses: string[] = []
  const access: AccessControl = {
    ...OPEN_ACCESS,
    identify: async ({ clientIp }) => {
      addresses.push(clientIp)
      return NOBODY
    },
  }
  await open(undefined, {}, 100, access)
  await call(framed(BODY), { 'x-forwarded-for': '1.1.1.1, 203.0.113.7' })
  await call(framed(BODY))
  expect(addresses).toEqual(['203.0.113.7', '127.0.0.1'])
})
