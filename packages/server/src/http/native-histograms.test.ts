import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type NativeHistogram, systemClock } from '@weir/model'
import { type SentSeries, encodeWriteRequestV1, packSnappy } from '@weir/wire'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Weir, serve } from '../serve.ts'
import { findPeer } from './testing/peers.ts'
import { type RunningPrometheus, startPrometheus } from './testing/prometheus.ts'
import { demoOpenMetrics } from './testing/stand-in.ts'

/** The same native histograms and exemplars written to a whole Weir and to a real Prometheus, and asked back: the same bytes. */

const prometheus = findPeer('prometheus')
const promtool = findPeer('promtool')

/** A whole minute a little ago. */
const START = Math.floor((systemClock.now() - 600_000) / 60_000) * 60_000
const at = (minute: number): number => START + minute * 60_000
const seconds = (minute: number): number => at(minute) / 1000

const NONE = new Float64Array(0)
const NO_SPANS = new Int32Array(0)

function histogram(parts: Partial<NativeHistogram>): NativeHistogram {
  return {
    isFloat: false,
    resetHint: 'unknown',
    schema: 0,
    zeroThreshold: 0.001,
    zeroCount: 0,
    count: 0,
    sum: 0,
    positiveSpans: NO_SPANS,
    positive: NONE,
    negativeSpans: NO_SPANS,
    negative: NONE,
    customValues: NONE,
    ...parts,
  }
}

/** Grows with k; buckets on both sides and around zero. */
function growing(k: number): NativeHistogram {
  const positive = Float64Array.of(3 + k, 0, 5 * k, 1)
  const negative = Float64Array.of(k)
  return histogram({
    schema: 3,
    zeroCount: 2,
    count: 6 + 7 * k,
    sum: 10.5 * k - 0.1,
    positiveSpans: Int32Array.of(-4, 2, 3, 2),
    positive,
    negativeSpans: Int32Array.of(1, 1),
    negative,
  })
}

/** Custom bounds, with an infinite first and last bucket. */
function custom(k: number): NativeHistogram {
  return histogram({
    schema: -53,
    zeroThreshold: 0,
    count: 3 * k + 3,
    sum: 1e-7 * k,
    positiveSpans: Int32Array.of(0, 3),
    positive: Float64Array.of(k, k + 1, k + 2),
    customValues: Float64Array.of(0.5, 2.5),
  })
}

const MINUTES = [0, 1, 2, 3, 4]
const SERIES: readonly SentSeries[] = [
  {
    labels: ['__name__', 'latency', 'stage', 'sink'],
    histograms: MINUTES.map((k) => [at(k), growing(k)] as const),
  },
  {
    labels: ['__name__', 'latency', 'stage', 'source'],
    histograms: MINUTES.map((k) => [at(k), growing(2 * k)] as const),
  },
  {
    labels: ['__name__', 'bounded', 'stage', 'sink'],
    histograms: MINUTES.map((k) => [at(k), custom(k)] as const),
  },
  {
    labels: ['__name__', 'mixed'],
    samples: [
      [at(3), 7.5],
      [at(4), 8],
    ],
  },
  {
    labels: ['__name__', 'orders_total', 'stage', 'sink'],
    samples: MINUTES.map((k) => [at(k), k * 3] as const),
    exemplars: [
      { labels: ['trace_id', 'a"b'], value: 0.5, timeMs: at(1) },
      { labels: ['trace_id', 'c', 'user', '7'], value: 1e-7, timeMs: at(2) + 500 },
    ],
  },
]
const BEFORE: readonly SentSeries[] = [
  {
    labels: ['__name__', 'mixed'],
    histograms: [
      [at(0), growing(1)],
      [at(1), growing(2)],
    ],
  },
]

describe.skipIf(prometheus === undefined || promtool === undefined)('as Prometheus answers', () => {
  let folder: string
  let real: RunningPrometheus
  let weir: Weir
  let ours: string

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'weir-histograms-'))
    weir = await serve({
      dataDir: folder,
      listen: '127.0.0.1:0',
      statsdListen: '127.0.0.1:0',
      rules: [],
      insecure: false,
      features: [],
      logLevel: 'error',
    })
    ours = weir.addresses.find(({ kind }) => kind === 'web')!.address
    real = await startPrometheus(
      { prometheus: prometheus!, promtool: promtool! },
      demoOpenMetrics(),
      ['--web.enable-remote-write-receiver', '--enable-feature=native-histograms,exemplar-storage'],
    )
    for (const series of [BEFORE, SERIES]) {
      const body = packSnappy(encodeWriteRequestV1(series))
      for (const url of [real.url, ours]) await write(url, body)
    }
  })
  afterAll(async () => {
    await real[Symbol.asyncDispose]()
    await weir[Symbol.asyncDispose]()
    rmSync(folder, { recursive: true, force: true })
  })

  async function write(url: string, body: Uint8Array<ArrayBuffer>): Promise<void> {
    const reply = await fetch(`${url}/api/v1/write`, {
      method: 'POST',
      body,
      headers: {
        'content-type': 'application/x-protobuf',
        'content-encoding': 'snappy',
        'x-prometheus-remote-write-version': '0.1.0',
      },
    })
    expect([reply.status, await reply.text()]).toEqual([204, ''])
  }

  test.each([
    'latency',
    'bounded',
    'latency{stage="sink"}[3m]',
    'sum(latency)',
    'rate(latency{stage="sink"}[4m])',
    'histogram_quantile(0.9, sum(rate(latency[4m])))',
    'bounded * 2.5',
    'mixed',
    'count_over_time(mixed[5m])',
    'rate(mixed[5m])', // with a warning
    'sum({__name__=~"latency|orders_total"})', // with a warning
  ])('query %s', async (query) => {
    const path = pathOf('query', { query, time: String(seconds(4)), stats: 'all' })
    await same(path)
  })

  test.each(['latency', 'mixed', 'sum by (stage) (rate(latency[2m]))', 'bounded', '-mixed'])(
    'query_range %s',
    async (query) => {
      // Near its first sample Prometheus 3.5 follows a histogram to below zero; later ones do not.
      const first = query.includes('rate') ? 2 : 0
      const range = {
        start: String(seconds(first)),
        end: String(seconds(5)),
        step: '30',
        stats: 'all',
      }
      await same(pathOf('query_range', { query, ...range }))
    },
  )

  test.each([
    ['orders_total', 0, 5],
    ['rate(orders_total[5m]) / latency', 0, 5],
    ['orders_total{stage="sink"}', 2, 3],
    ['orders_total', 3, 5],
    ['nothing', 0, 5],
  ])('query_exemplars %s from %d to %d', async (query, start, end) => {
    const span = { start: String(seconds(start)), end: String(seconds(end)) }
    await same(pathOf('query_exemplars', { query, ...span }))
  })

  async function same(path: string): Promise<void> {
    const [want, got] = await Promise.all(
      [real.url, ours].map(async (url) => {
        const reply = await fetch(`${url}/api/v1/${path}`)
        return { status: reply.status, body: comparable(await reply.text()) }
      }),
    )
    expect(got).toEqual(want)
    expect(got!.status).toBe(200)
  }
})

function pathOf(endpoint: string, parameters: Readonly<Record<string, string>>): string {
  return `${endpoint}?${new URLSearchParams(parameters).toString()}`
}

/** Without what is a machine's own, and without an order where none is promised. */
function comparable(body: string): string {
  const plain = body.replaceAll(/"(\w+Time|peakSamples)":[\d.e-]+/g, '"$1":0')
  if (!plain.includes('"resultType":"vector"')) return plain
  return plain
    .split(/(?=\{"metric")|(?<=\}\})\]/)
    .map((part) => part.replace(/,$/, ''))
    .toSorted()
    .join('\n')
}
