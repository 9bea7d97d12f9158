/**
 * Requests that are broken in one place: each must be refused as its protocol has it, what could not be read may not be
 * there afterwards, and what stood whole beside it must be, where the protocol keeps that.
 */
import { createSocket } from 'node:dgram'
import { gzipSync } from 'node:zlib'

import { compressSync, uncompressSync } from 'snappy'

import { RemoteWriteBodies } from '../remote-write.ts'
import type { Chance } from './chance.ts'
import { Ledger } from './ledger.ts'
import type { KeptWeir } from './weir.ts'

const ROUNDS = 10
const NOISE = 200
const STATSD_BESIDE = 'soak_beside_counted'

interface Spoiled {
  readonly what: string
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array
  readonly statuses: readonly number[]
  /** Samples of `soak_beside` in it that are whole, and kept. */
  readonly beside: number
}

export class SpoiledRequests {
  /** Whole samples beside spoiled ones: acknowledged with the refusal. */
  readonly beside = {
    name: 'what stood beside something broken',
    counted: 'sum(count_over_time(soak_beside[1m]))',
    isLog: false,
    ledger: new Ledger(),
  }
  /** Of what was broken nothing may be found. */
  readonly never = [
    { question: 'count({__name__=~"soak_spoiled.*"})', isLog: false },
    { question: 'sum(count_over_time({job="soak_spoiled"}[24h]))', isLog: true },
  ]
  asked = 0
  /** Answers that are not those of the protocol. */
  readonly wrong: string[] = []
  statsdSent = 0
  readonly #weir: KeptWeir
  readonly #chance: Chance
  #lastMs = 0

  constructor(weir: KeptWeir, chance: Chance) {
    this.#weir = weir
    this.#chance = chance
  }

  async send(): Promise<void> {
    for (let i = 0; i < ROUNDS; i++) {
      // A sample a millisecond of its own, so that each counts.
      this.#lastMs = Math.max(Date.now(), this.#lastMs + 1)
      const timeMs = this.#lastMs
      for (const one of this.#chance.shuffled(spoiledAt(timeMs, this.#chance))) {
        await this.#sendOne(one, timeMs)
      }
    }
    for (let i = 0; i < NOISE; i++) await this.#sendNoise()
    await this.#sendDatagrams()
  }

  async #sendOne(one: Spoiled, timeMs: number): Promise<void> {
    this.beside.ledger.sent(timeMs, one.beside)
    const [status, text] = await this.#post(one.path, one.headers, one.body)
    this.asked++
    if (one.statuses.includes(status)) this.beside.ledger.acknowledged(timeMs, one.beside)
    else this.wrong.push(`${one.what}: ${status} ${text.slice(0, 100)}`)
  }

  /** Nothing that anybody could read: any refusal is right but one that says that Weir is broken. */
  async #sendNoise(): Promise<void> {
    const [path, type] = this.#chance.pick(WAYS)
    const packing = this.#chance.pick(['identity', 'gzip', 'snappy', 'deflate'])
    const body = this.#chance.bytes(this.#chance.whole(1, 5000))
    const headers = { 'content-type': type, 'content-encoding': packing }
    const [status, text] = await this.#post(path, headers, body)
    this.asked++
    if (status === 0 || status >= 500) {
      this.wrong.push(`noise to ${path}: ${status} ${text.slice(0, 100)}`)
    }
  }

  async #sendDatagrams(): Promise<void> {
    const socket = createSocket('udp4')
    const whole = `${STATSD_BESIDE}:1|c`
    for (const broken of BROKEN_LINES) {
      const packet = Buffer.concat([Buffer.from(`${whole}\n`), broken, Buffer.from(`\n${whole}\n`)])
      this.statsdSent += 2
      await new Promise((resolve) =>
        socket.send(packet, this.#weir.statsdPort, '127.0.0.1', resolve),
      )
    }
    socket.close()
  }

  /** Status 0: nobody answered. */
  async #post(
    path: string,
    headers: Readonly<Record<string, string>>,
    body: Uint8Array,
  ): Promise<readonly [status: number, text: string]> {
    return fetch(this.#weir.url + path, {
      method: 'POST',
      headers,
      body: new Uint8Array(body),
    }).then(
      async (answer) => [answer.status, await answer.text()] as const,
      (error: unknown) => [0, String(error)] as const,
    )
  }
}

export const BESIDE_QUESTION = `/api/v1/query?query=sum(${STATSD_BESIDE})`

const WAYS: readonly (readonly [path: string, type: string])[] = [
  ['/api/v1/write', 'application/x-protobuf'],
  ['/v1/metrics', 'application/x-protobuf'],
  ['/v1/metrics', 'application/json'],
  ['/write?db=x', 'text/plain'],
  ['/loki/api/v1/push', 'application/json'],
  ['/loki/api/v1/push', 'application/x-protobuf'],
  ['/_bulk', 'application/x-ndjson'],
  ['/metrics/job/x', 'text/plain'],
  ['/api/v2/alerts', 'application/json'],
  ['/api/weir/v1/dashboards', 'application/json'],
]

const BROKEN_LINES: readonly Buffer[] = [
  Buffer.from('soak_spoiled'),
  Buffer.from('soak_spoiled:'),
  Buffer.from('soak_spoiled:1'),
  Buffer.from('soak_spoiled:|c'),
  Buffer.from('soak_spoiled:x|c'),
  Buffer.from('soak_spoiled:1|'),
  Buffer.from([0xff, 0xfe, 0x00, 0x80]),
  Buffer.from(':1|c'),
]

/** As long as the bytes that take its place. */
const PLACE = 'ABCD'
const HUGE = 'x'.repeat(100_000)
const REMOTE_WRITE = {
  'content-type': 'application/x-protobuf',
  'content-encoding': 'snappy',
  'x-prometheus-remote-write-version': '0.1.0',
}
const JSON_TYPE = { 'content-type': 'application/json' }
const TEXT = { 'content-type': 'text/plain' }

function spoiledAt(timeMs: number, chance: Chance): Spoiled[] {
  const written = remoteWrite(['soak_spoiled', 'soak_spoiled_too'], timeMs)
  const cut = chance.whole(5, written.length - 5)
  const otlp = otlpText(timeMs)
  const loki = lokiText(timeMs)
  const write = '/api/v1/write'
  const influx = { path: '/write?db=soak&precision=ms', headers: TEXT, statuses: [400], beside: 1 }
  const lines = (way: string, broken: string): Uint8Array =>
    Buffer.concat([Buffer.from(`soak,way=${way} beside=1 ${timeMs}\n`), Buffer.from(broken)])
  return [
    {
      what: 'remote write that breaks off',
      path: write,
      headers: REMOTE_WRITE,
      body: written.subarray(0, cut),
      statuses: [400],
      beside: 0,
    },
    {
      what: 'remote write with bad snappy',
      path: write,
      headers: REMOTE_WRITE,
      body: Buffer.concat([Buffer.from([0xff, 0xff, 0xff, 0x7f]), written.subarray(4)]),
      statuses: [400, 413],
      beside: 0,
    },
    {
      what: 'remote write that is not packed',
      path: write,
      headers: REMOTE_WRITE,
      body: Buffer.from('soak_spoiled 1\n'),
      statuses: [400],
      beside: 0,
    },
    {
      what: 'remote write with a huge label',
      path: write,
      headers: REMOTE_WRITE,
      body: remoteWrite(['soak_beside', 'soak_spoiled'], timeMs, { way: 'huge' }, { l: HUGE }),
      statuses: [400],
      beside: 1,
    },
    {
      what: 'remote write with bad UTF-8',
      path: write,
      headers: REMOTE_WRITE,
      body: withBadText(
        remoteWrite(['soak_beside', 'soak_spoiled'], timeMs, { way: 'utf8' }, { l: PLACE }),
      ),
      statuses: [400],
      beside: 1,
    },
    {
      what: 'OTLP that breaks off',
      path: '/v1/metrics',
      headers: JSON_TYPE,
      body: Buffer.from(otlp.slice(0, chance.whole(1, otlp.length - 1))),
      statuses: [400],
      beside: 0,
    },
    {
      what: 'OTLP whose packing breaks off',
      path: '/v1/metrics',
      headers: { ...JSON_TYPE, 'content-encoding': 'gzip' },
      body: gzipSync(otlp).subarray(0, -9),
      statuses: [400],
      beside: 0,
    },
    { ...influx, what: 'half a line', body: lines('half', 'soak_spoiled,way=infl') },
    {
      ...influx,
      what: 'a line without a value',
      body: lines('empty', 'soak_spoiled,way=influx v= 17'),
    },
    { ...influx, what: 'a line with a huge tag', body: lines('tag', `soak_spoiled,l=${HUGE} v=1`) },
    {
      what: 'lines of log that break off',
      path: '/loki/api/v1/push',
      headers: JSON_TYPE,
      body: Buffer.from(loki.slice(0, chance.whole(1, loki.length - 1))),
      statuses: [400],
      beside: 0,
    },
    {
      what: 'lines of log in broken protobuf',
      path: '/loki/api/v1/push',
      headers: { 'content-type': 'application/x-protobuf' },
      body: written.subarray(0, cut),
      statuses: [400],
      beside: 0,
    },
    {
      what: 'a pushed page with half a line',
      path: '/metrics/job/soak_spoiled',
      headers: TEXT,
      body: Buffer.from('soak_spoiled_pushed 1\nsoak_spoiled_half{a="b\n'),
      statuses: [400],
      beside: 0,
    },
  ]
}

/** A sample of each metric; the labels after the first are those of the second metric too. */
function remoteWrite(
  metrics: readonly string[],
  timeMs: number,
  ...labels: readonly Readonly<Record<string, string>>[]
): Uint8Array {
  const series = metrics.map((__name__, i) => ({
    labels: { __name__, ...labels[i] },
    at: () => 1,
  }))
  const range = { first: 0, last: series.length, from: 0, to: 1 }
  return new RemoteWriteBodies(series).encode(range, () => timeMs)
}

/** The place in a packed body becomes bytes that are no UTF-8. */
function withBadText(packed: Uint8Array): Uint8Array {
  const bytes = uncompressSync(Buffer.from(packed)) as Buffer
  bytes.set([0xff, 0xfe, 0xc0, 0x80], bytes.indexOf(PLACE))
  return compressSync(bytes)
}

function otlpText(timeMs: number): string {
  const dataPoints = [{ timeUnixNano: `${timeMs}000000`, asDouble: 1 }]
  const metrics = [{ name: 'soak_spoiled', gauge: { dataPoints } }]
  return JSON.stringify({ resourceMetrics: [{ scopeMetrics: [{ metrics }] }] })
}

function lokiText(timeMs: number): string {
  const values = [[`${timeMs}000000`, 'a line that breaks off']]
  return JSON.stringify({ streams: [{ stream: { job: 'soak_spoiled' }, values }] })
}
