import { Access, type AccessOptions } from '../http/access.ts'
import type { MetricFamily } from '../metrics/family.ts'
import type { Service } from '../service.ts'
import { type DepartedSeries, Departures } from './departed.ts'
import { Delivery } from './delivery.ts'
import { outcomeOf } from './http-post.ts'
import { otlpBody } from './otlp-body.ts'
import type { MetricOutput, OutputContext, RunningOutput } from './output.ts'
import { remoteWriteBody } from './remote-write-body.ts'
import { snappyLiterals } from './snappy.ts'

export interface PushOptions extends AccessOptions {
  /** Where to send: Weir's address is enough (`http://127.0.0.1:9347`); a path is taken as it is. */
  readonly url: string
  /** How often; `exportMetrics` says it for all unless told here. */
  readonly intervalMs?: number
  /** 10 s; an answer that comes later is none. */
  readonly timeoutMs?: number
  /** 4 MiB: what waits while the receiver is away. The oldest goes first. */
  readonly queueBytesMax?: number
  /** 3 s: how long `flush` and `close` wait for the receiver. */
  readonly flushTimeoutMs?: number
}

/** Pushes by Prometheus remote write 1.0, to Weir or to any other receiver of it. */
export function remoteWrite(options: PushOptions): MetricOutput {
  return push('remote_write', options, {
    path: '/api/v1/write',
    headers: {
      'content-type': 'application/x-protobuf',
      'content-encoding': 'snappy',
      'x-prometheus-remote-write-version': '0.1.0',
    },
    encode: (families, service, { nowMs, gone }) =>
      snappyLiterals(remoteWriteBody(families, service, nowMs, gone)),
  })
}

/** Pushes by OTLP over HTTP in JSON, to Weir, a Collector, or whoever else speaks it. */
export function otlp(options: PushOptions): MetricOutput {
  return push('otlp', options, {
    path: '/v1/metrics',
    headers: { 'content-type': 'application/json' },
    encode: otlpBody,
  })
}

interface Protocol {
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly encode: (
    families: readonly MetricFamily[],
    service: Service,
    moment: {
      readonly startMs: number
      readonly nowMs: number
      readonly gone: readonly DepartedSeries[]
    },
  ) => Uint8Array
}

function push(name: string, options: PushOptions, protocol: Protocol): MetricOutput {
  // Read here, so that a wrong address fails the set-up and not each push.
  const url = new URL(options.url)
  if (url.pathname === '/') url.pathname = protocol.path
  const access = new Access(url, options, protocol.headers)
  return { name, start: (context) => startPush(access, options, protocol, context) }
}

function startPush(
  access: Access,
  options: PushOptions,
  { encode }: Protocol,
  { source, service, clock, intervalMs, onError }: OutputContext,
): RunningOutput {
  const { timeoutMs = 10_000, queueBytesMax = 4 * 1024 * 1024, flushTimeoutMs = 3000 } = options
  const startMs = clock.now()
  const departures = new Departures()
  const delivery = new Delivery({
    send: async (body) => outcomeOf(await access.post({ body, timeoutMs })),
    queueBytesMax,
    firstPauseMs: 500,
    lastPauseMs: 30_000,
    onError,
  })
  const take = async (): Promise<void> => {
    try {
      const families = await source.collect()
      const gone = departures.since(families)
      delivery.push(encode(families, service, { startMs, nowMs: clock.now(), gone }))
    } catch (thrown) {
      onError(new Error('Cannot collect the metrics', { cause: thrown }))
    }
  }
  const timer = setInterval(() => void take(), options.intervalMs ?? intervalMs)
  timer.unref()
  const flush = async (): Promise<void> => {
    await take()
    await delivery.flush(flushTimeoutMs)
  }
  return {
    ready: Promise.resolve(),
    flush,
    close: async () => {
      clearInterval(timer)
      await flush()
      delivery.close()
      access.close()
    },
    stats: () => delivery.stats(),
  }
}
