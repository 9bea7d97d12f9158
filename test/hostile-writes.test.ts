import { type Socket, connect } from 'node:net'
import {
  ProtoWriter,
  type SentSeries,
  encodeWriteRequestV1,
  encodeWriteRequestV2,
  packSnappy,
} from '@weir/wire'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type WeirProcess, eventually, getJson, startWeir, value } from './weir-process.ts'

/** Remote write that nobody means well with, against a whole Weir: each gets its answer, and an honest sender notices nothing. */

const GROWTH_BYTES_MAX = 300 * 1024 * 1024

let weir: WeirProcess
let residentBefore: number

beforeAll(async () => {
  weir = await startWeir({
    config: 'remote_write_receiver: { max_unpacked_bytes: 32MiB, max_requests_in_flight: 16 }',
  })
  expect(await write([series('honest', 0)])).toMatchObject({ status: 204 })
  residentBefore = await resident()
})
afterAll(() => weir[Symbol.asyncDispose]())

interface Reply {
  readonly status: number
  readonly code: string
  readonly text: string
}

const V2 = 'application/x-protobuf;proto=io.prometheus.write.v2.Request'

async function post(body: Uint8Array, type = 'application/x-protobuf'): Promise<Reply> {
  const headers = { 'content-type': type, 'content-encoding': 'snappy' }
  const url = `${weir.web}/api/v1/write`
  const reply = await fetch(url, { method: 'POST', headers, body: new Uint8Array(body) })
  const code = reply.headers.get('weir-error-code') ?? ''
  return { status: reply.status, code, text: await reply.text() }
}

const write = (all: readonly SentSeries[]): Promise<Reply> =>
  post(packSnappy(encodeWriteRequestV1(all)))

/** A series with one sample that comes so many milliseconds after now. */
const series = (name: string, afterMs: number, more: readonly string[] = []): SentSeries => ({
  labels: ['__name__', name, ...more],
  samples: [[Date.now() + afterMs, 1]],
})

async function resident(): Promise<number> {
  return (await getJson<{ residentBytes: number }>(`${weir.web}/api/weir/v1/status`)).residentBytes
}

/** A snappy block that is nothing but copies of its first byte: 64 bytes of text for 3. */
function bomb(textBytes: number): Uint8Array {
  const head = new ProtoWriter().varint(textBytes).append(Uint8Array.of(0, 0x0a)).bytes
  const copies = Buffer.alloc(3 * Math.ceil(textBytes / 64), Uint8Array.of(0xfe, 1, 0))
  return Buffer.concat([head, copies])
}

const packed = (write: (out: ProtoWriter) => unknown): Uint8Array => {
  const out = new ProtoWriter()
  write(out)
  return packSnappy(out.bytes)
}

const nested = (depth: number): Uint8Array => {
  let inner: Uint8Array = new Uint8Array()
  for (let i = 0; i < depth; i++) inner = new ProtoWriter().raw(1, inner).bytes.slice()
  return inner
}

const label = (name: string, text: string) => (out: ProtoWriter) => out.text(1, name).text(2, text)

describe('a body', () => {
  test.each<[string, () => Uint8Array, number, string]>([
    ['of nothing', () => new Uint8Array(), 400, 'REMOTE_WRITE_INVALID'],
    ['of text', () => Buffer.from('up 1\n'.repeat(100)), 400, 'REMOTE_WRITE_INVALID'],
    ['of noise', () => Buffer.alloc(100_000, 'noise'), 400, 'REMOTE_WRITE_INVALID'],
    [
      'that declares 1 GB',
      () => Uint8Array.of(0x80, 0x94, 0xeb, 0xdc, 3, 0, 1),
      413,
      'HTTP_TOO_LARGE',
    ],
    ['that is a bomb', () => bomb(512 << 20), 413, 'HTTP_TOO_LARGE'],
    ['that is a bomb within the limit', () => bomb(30 << 20), 400, 'REMOTE_WRITE_INVALID'],
    ['longer than allowed', () => Buffer.alloc(17 << 20), 413, 'HTTP_TOO_LARGE'],
    [
      'that breaks off',
      () => packSnappy(encodeWriteRequestV1([series('x', 0)])).subarray(0, 20),
      400,
      'REMOTE_WRITE_INVALID',
    ],
    [
      'with a length of 4 GB inside',
      () => packed((out) => out.append(Uint8Array.of(0x0a, 0xff, 0xff, 0xff, 0xff, 0x0f))),
      400,
      'REMOTE_WRITE_INVALID',
    ],
    [
      'with groups',
      () => packed((out) => out.append(Buffer.alloc(100_000, 0x0b))),
      400,
      'REMOTE_WRITE_INVALID',
    ],
    [
      'with fields of the wrong kind',
      () => packed((out) => out.int(1, 7)),
      400,
      'REMOTE_WRITE_INVALID',
    ],
    [
      'nested 10,000 deep, which is a label without samples',
      () => packSnappy(nested(10_000)),
      204,
      '',
    ],
    [
      'of a million samples',
      () =>
        packed((out) =>
          out.message(1, (one) => {
            for (let i = 0; i < 1_000_000; i++) one.raw(2, new Uint8Array())
          }),
        ),
      413,
      'HTTP_TOO_LARGE',
    ],
    [
      'with unknown fields',
      () => packed((out) => out.int(90, 1).text(91, 'later').double(92, 1)),
      204,
      '',
    ],
  ])('%s gets its answer', async (_what, body, status, code) => {
    const bytes = body()
    const first = await post(bytes)
    expect([first.status, first.code]).toEqual([status, code])
    expect((await post(bytes, V2)).status).toBeLessThan(500) // another message, another reading
  })
})

describe('a series', () => {
  const deep = 3600_000 * 24 * 365
  test.each<[string, () => SentSeries, string]>([
    ['far in the future', () => series('bad', deep), 'too_far_in_future'],
    [
      'at the end of time',
      () => ({ labels: ['__name__', 'bad'], samples: [[2 ** 62, 1]] }),
      'too_far_in_future',
    ],
    ['a year old', () => series('bad', -deep), 'out_of_order'],
    [
      'before the beginning of time',
      () => ({ labels: ['__name__', 'bad'], samples: [[-(2 ** 62), 1]] }),
      'out_of_order',
    ],
    ['with a label twice', () => series('bad', 0, ['a', '1', 'a', '2']), 'bad_labels'],
    ['with an empty name', () => series('bad', 0, ['', 'x']), 'bad_labels'],
    ['with no name', () => ({ labels: ['a', 'b'], samples: [[Date.now(), 1]] }), 'bad_labels'],
    ['with a value of 5 MB', () => series('bad', 0, ['a', 'x'.repeat(5 << 20)]), 'label_limit'],
    ['with a name of 5 MB', () => series('bad', 0, ['x'.repeat(5 << 20), 'a']), 'label_limit'],
    [
      'with 100,000 labels',
      () =>
        series(
          'bad',
          0,
          Array.from({ length: 200_000 }, (_, i) => `l${i}`),
        ),
      'label_limit',
    ],
  ])('%s is refused by its reason; the one beside it is there', async (_what, bad, reason) => {
    for (const encode of [encodeWriteRequestV1, encodeWriteRequestV2]) {
      const type = encode === encodeWriteRequestV2 ? V2 : undefined
      const reply = await post(packSnappy(encode([bad(), series('beside', 0)])), type)
      expect([reply.status, reply.code]).toEqual([400, 'REMOTE_WRITE_REJECTED'])
      expect(reply.text).toContain(`1 ${reason}`)
      expect(reply.text.length).toBeLessThan(1000)
    }
    expect(await value(weir.web, 'beside')).toBe(1)
    expect(await value(weir.web, 'count({__name__="bad"})')).toBeUndefined()
  })

  test('with NaN in its labels and its value is a series like any other', async () => {
    const all = [
      { ...series('nan_value', 0, ['le', 'NaN']), samples: [[Date.now(), Number.NaN]] as const },
    ]
    expect(await write(all)).toMatchObject({ status: 204 })
    expect(await value(weir.web, 'nan_value')).toBeNaN()
  })

  test('whose label is no UTF-8 is refused', async () => {
    const body = packed((out) =>
      out.message(1, (one) => {
        one
          .message(1, label('__name__', 'bad'))
          .message(1, (pair) => pair.text(1, 'a').raw(2, Uint8Array.of(0xff)))
        one.message(2, (sample) => sample.double(1, 1).int(2, Date.now()))
      }),
    )
    expect(await post(body)).toMatchObject({ status: 400, code: 'REMOTE_WRITE_REJECTED' })
  })
})

test('symbols that are used again and again make no mountain of labels', async () => {
  const long = 'x'.repeat(3 << 20)
  const symbols = [
    '',
    '__name__',
    'mountain',
    'i',
    long,
    ...Array.from({ length: 3000 }, (_, i) => `${i}`),
  ]
  const body = packed((out) => {
    for (const symbol of symbols) out.text(4, symbol)
    for (let i = 0; i < 3000; i++) {
      const refs = new ProtoWriter()
      // Its values are 3 MB each: 9 GB of labels in a request of 3 MB.
      for (const ref of [1, 2, 3, 5 + i, 6 + i, 4]) refs.varint(ref)
      out.message(5, (one) =>
        one.raw(1, refs.bytes).message(2, (sample) => sample.int(2, Date.now())),
      )
    }
  })
  const reply = await post(body, V2)
  expect([reply.status, reply.code]).toEqual([400, 'REMOTE_WRITE_REJECTED'])
  expect(reply.text).toContain('label_limit')
  expect(await write([series('honest', 5)])).toMatchObject({ status: 204 })
})

test('100,000 series of one sample each are taken, again and again', async () => {
  for (let round = 0; round < 3; round++) {
    const all = Array.from({ length: 100_000 }, (_, i) => series('many', 0, ['i', String(i)]))
    expect(await write(all)).toMatchObject({ status: 204 })
  }
  expect(await value(weir.web, 'count(many)')).toBe(100_000)
})

test('senders that begin and do not go on hold up nobody, and their room is free again', async () => {
  const { hostname, port } = new URL(weir.web)
  const head = `POST /api/v1/write HTTP/1.1\r\nhost: ${hostname}\r\ncontent-type: application/x-protobuf\r\ncontent-encoding: snappy\r\ncontent-length: 1000\r\n\r\nbegin`
  const sockets: Socket[] = []
  const begin = (): void => {
    const socket = connect(Number(port), hostname)
    socket.write(head)
    sockets.push(socket)
  }
  // More than there is room for: whoever comes too late is told so at once.
  for (let i = 0; i < 40; i++) begin()
  // One more with each try: the honest sender may itself have had the last place when they came.
  expect(await replyWith(503, begin)).toMatchObject({ status: 503, code: 'REMOTE_WRITE_BUSY' })
  for (const socket of sockets) socket.destroy()
  expect(await replyWith(204)).toMatchObject({ status: 204 })
})

/** The first answer with this status to an honest sender, or the last one without it. */
async function replyWith(status: number, between = (): void => undefined): Promise<Reply> {
  let reply = await write([series('honest', 0)])
  const look = async (): Promise<boolean> => {
    if (reply.status === status) return true
    between()
    reply = await write([series('honest', 0)])
    return reply.status === status
  }
  await eventually(`an answer ${status}`, look).catch(() => undefined)
  return reply
}

test('in the end nothing has grown, everything is counted, and an honest sender is served', async () => {
  expect(await write([series('honest', 10)])).toMatchObject({ status: 204 })
  expect(await value(weir.web, 'honest')).toBe(1)
  const page = await (await fetch(`${weir.web}/metrics`)).text()
  for (const outcome of ['REMOTE_WRITE_INVALID', 'HTTP_TOO_LARGE', 'partial', 'stored']) {
    expect(page).toContain(`weir_remote_write_requests_total{outcome="${outcome}",version="1.0"}`)
  }
  expect(page).toMatch(/weir_remote_write_rejected_total\{reason="label_limit",version="2.0"\} 3/)
  expect(page).toContain('weir_remote_write_requests_in_flight 0')
  await eventually(
    'memory given back',
    async () => (await resident()) - residentBefore < GROWTH_BYTES_MAX,
    30_000,
  )
})
