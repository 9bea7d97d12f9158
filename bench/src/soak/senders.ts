/**
 * The mixed intake: each sender sends one request a second, of a size that the load says, and keeps a ledger. What is
 * not acknowledged is not sent again, so that each sample that is in the store was sent once.
 */
import { createSocket } from 'node:dgram'
import { setTimeout as pause } from 'node:timers/promises'

import { RemoteWriteBodies } from '../remote-write.ts'
import type { Counted } from './checks.ts'
import { Ledger } from './ledger.ts'
import type { KeptWeir } from './weir.ts'

/** What is sent in a second at load 1. */
export const UNIT = { remoteWrite: 10_000, otlp: 1000, influx: 1000, logs: 1000, statsd: 5000 }
const CHUNK = 1000
const STATSD_LINES = 25
const STATSD_SERIES = 200
const SEND_MS_MAX = 15_000

export interface Sender extends Counted {
  /** Sends all that belongs to a second. */
  tick(timeMs: number, load: number): Promise<void>
}

/** The value of a series at a time, for all senders of samples. */
export function valueAt(series: number, timeMs: number): number {
  return ((timeMs / 1000) % 1000) + series
}

interface Request {
  readonly path: string
  readonly type: string
  readonly body: Uint8Array<ArrayBuffer> | string
  readonly headers?: Readonly<Record<string, string>>
}

abstract class HttpSender implements Sender {
  readonly ledger = new Ledger()
  readonly isLog: boolean = false
  abstract readonly name: string
  abstract readonly counted: string
  protected readonly weir: KeptWeir

  constructor(weir: KeptWeir) {
    this.weir = weir
  }

  abstract tick(timeMs: number, load: number): Promise<void>

  protected async send(timeMs: number, count: number, request: Request): Promise<void> {
    this.ledger.sent(timeMs, count)
    const fromMs = performance.now()
    const sentMs = Date.now()
    try {
      const answer = await fetch(this.weir.url + request.path, {
        method: 'POST',
        headers: { 'content-type': request.type, ...request.headers },
        body: request.body,
        signal: AbortSignal.timeout(SEND_MS_MAX),
      })
      await answer.arrayBuffer()
      if (!answer.ok) {
        this.ledger.answeredOtherwise(answer.status)
        return
      }
      this.ledger.acknowledged(timeMs, count)
      const outages = this.weir.outagesIn(sentMs, Date.now(), 2000)
      // That its engine is away is no excuse: it takes what comes.
      if (outages.every(({ kind }) => kind === 'engine')) {
        this.ledger.took(sentMs, performance.now() - fromMs)
      }
    } catch {
      this.ledger.answeredOtherwise(0)
    }
  }
}

class RemoteWrite extends HttpSender {
  readonly name = 'remote write'
  readonly counted = 'sum(count_over_time(soak_written[1m]))'
  #bodies = new RemoteWriteBodies([])
  #series = 0

  async tick(timeMs: number, load: number): Promise<void> {
    const series = Math.ceil((UNIT.remoteWrite * load) / CHUNK) * CHUNK
    if (series !== this.#series) this.#take(series)
    const chunks = Array.from({ length: series / CHUNK }, (_, i) => i * CHUNK)
    await Promise.all(
      chunks.map((first) => {
        const range = { first, last: first + CHUNK, from: timeMs, to: timeMs + 1 }
        const body = new Uint8Array(this.#bodies.encode(range, () => timeMs))
        const headers = {
          'content-encoding': 'snappy',
          'x-prometheus-remote-write-version': '0.1.0',
        }
        const type = 'application/x-protobuf'
        return this.send(timeMs, CHUNK, { path: '/api/v1/write', type, headers, body })
      }),
    )
  }

  #take(series: number): void {
    this.#series = series
    this.#bodies = new RemoteWriteBodies(
      Array.from({ length: series }, (_, i) => ({
        labels: {
          __name__: 'soak_written',
          host: `host-${i % 50}`,
          id: String(i),
          region: `r${i % 3}`,
        },
        at: (timeMs) => valueAt(i, timeMs),
      })),
    )
  }
}

class Otlp extends HttpSender {
  readonly name = 'OTLP'
  readonly counted = 'sum(count_over_time(soak_otlp[1m]))'

  async tick(timeMs: number, load: number): Promise<void> {
    const count = Math.ceil(UNIT.otlp * load)
    const timeUnixNano = `${timeMs}000000`
    const dataPoints = Array.from({ length: count }, (_, i) => ({
      timeUnixNano,
      asDouble: valueAt(i, timeMs),
      attributes: [{ key: 'id', value: { stringValue: String(i) } }],
    }))
    const metrics = [{ name: 'soak_otlp', gauge: { dataPoints } }]
    const body = JSON.stringify({ resourceMetrics: [{ scopeMetrics: [{ metrics }] }] })
    await this.send(timeMs, count, { path: '/v1/metrics', type: 'application/json', body })
  }
}

class Influx extends HttpSender {
  readonly name = 'line protocol'
  readonly counted = 'sum(count_over_time(soak_influx_value[1m]))'

  async tick(timeMs: number, load: number): Promise<void> {
    const count = Math.ceil(UNIT.influx * load)
    const lines = Array.from(
      { length: count },
      (_, i) => `soak_influx,id=${i} value=${valueAt(i, timeMs)} ${timeMs}`,
    )
    const path = '/write?db=soak&precision=ms'
    await this.send(timeMs, count, { path, type: 'text/plain', body: lines.join('\n') })
  }
}

const LEVELS = ['info', 'info', 'info', 'warn', 'error']

class Logs extends HttpSender {
  readonly name = 'logs'
  override readonly isLog = true
  readonly counted = 'sum(count_over_time({job="soak"}[1m]))'

  async tick(timeMs: number, load: number): Promise<void> {
    const count = Math.ceil(UNIT.logs * load)
    const streams = LEVELS.map((level, k) => ({
      stream: { job: 'soak', level, part: String(k) },
      values: Array.from({ length: Math.ceil((count - k) / LEVELS.length) }, (_, i) => [
        // Within the millisecond before, so that no line lies on the border of a minute.
        `${timeMs - 1}${String(i).padStart(6, '0')}`,
        `level=${level} msg="order ${i} of second ${timeMs / 1000} was handled" partition=${i % 12} took=${i % 900}ms`,
      ]),
    }))
    const lines = streams.reduce((sum, { values }) => sum + values.length, 0)
    const body = JSON.stringify({ streams })
    await this.send(timeMs, lines, { path: '/loki/api/v1/push', type: 'application/json', body })
  }
}

/** Nobody acknowledges a datagram: what is counted must be what was sent, but for a flush at each kill. */
export class Statsd {
  /** Lines by second. */
  readonly sent = new Map<number, number>()
  readonly #socket = createSocket('udp4')
  readonly #port: number

  constructor(weir: KeptWeir) {
    this.#port = weir.statsdPort
    this.#socket.unref()
  }

  async tick(timeMs: number, load: number): Promise<void> {
    const packets = Math.ceil((UNIT.statsd * load) / STATSD_LINES)
    for (let p = 0; p < packets; p++) {
      const lines = Array.from(
        { length: STATSD_LINES },
        (_, i) => `soak_counted:1|c|#part:${(p * STATSD_LINES + i) % STATSD_SERIES}`,
      )
      this.#socket.send(lines.join('\n'), this.#port, '127.0.0.1', () => undefined)
      if (p % 40 === 39) await pause(5) // as programs send: not a second's lines in one millisecond
    }
    this.sent.set(timeMs, packets * STATSD_LINES)
  }

  close(): void {
    this.#socket.close()
  }
}

export function httpSenders(weir: KeptWeir): Sender[] {
  return [new RemoteWrite(weir), new Otlp(weir), new Influx(weir), new Logs(weir)]
}
