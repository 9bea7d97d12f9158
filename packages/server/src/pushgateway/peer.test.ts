import { spawn } from 'node:child_process'
import { gzipSync } from 'node:zlib'
import { Labels, systemClock } from '@weir/model'
import { ExpositionPage, SeriesTable, encodeProtobufPage, parseText } from '@weir/wire'
import { expect, test } from 'vitest'
import { createHttp } from '../http/app.ts'
import { findPeer, freePort, stopped } from '../http/testing/peers.ts'
import { standIn } from '../http/testing/stand-in.ts'
import { HandClock } from '../scrape/testing/hand-clock.ts'
import { pushGateway } from './config.ts'
import { gatewayStand } from './testing/gateway-stand.ts'
import { gatewayMetrics } from './view.ts'

const peer = findPeer('prometheus-pushgateway')

interface Sent {
  readonly method: string
  readonly path: string
  readonly body?: string | Uint8Array
  readonly headers?: Readonly<Record<string, string>>
}

const PROTOBUF = {
  'content-type':
    'application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited',
}
const put = (path: string, body: string | Uint8Array, headers = {}): Sent => ({
  method: 'PUT',
  path: `/metrics/${path}`,
  body,
  headers,
})
const post = (path: string, body: string): Sent => ({ ...put(path, body), method: 'POST' })
const remove = (path: string): Sent => ({ method: 'DELETE', path: `/metrics/${path}` })

/** One after the other to both; each builds on those before it. */
const SEQUENCE: readonly Sent[] = [
  put('job/a', '# HELP x help\n# TYPE x counter\nx{l="1"} 1\nx{l="2"} 2\n'),
  put('job/a', '# TYPE x gauge\nx 1\nx 2\n'),
  put('job/b', '# TYPE x gauge\nx 1\n'),
  put('job/b', 'x 1 123\n'),
  put('job/b', 'x{\n'),
  put('job/b/instance', 'x 1\n'),
  put('job/b/__x/y', 'x 1\n'),
  put('job/b/le-x/y', 'x 1\n'),
  put('job@base64/=/y', 'x 1\n'),
  put('job@base64/a%24/y/z', 'x 1\n'),
  put('job@base64/YQ/path@base64/L3Zhci90bXA/some@base64/eA==', 'y 1\n'),
  put('job/c/a/', 'y 1\n'),
  put('job/d/', 'y 1\n'),
  post('job/e/job/f', 'y{job="z",instance="q"} 1\n'),
  post('job/e', 'push_time_seconds 3\n'),
  post(
    'job/e',
    '# TYPE h histogram\nh_bucket{le="1"} 1\nh_bucket{le="+Inf"} 3\nh_sum 2\nh_count 3\n',
  ),
  post('job/e', 'h_count 3\n'),
  post('job/e', ''),
  post('job/g', 'a 1\nb 2\n# TYPE s summary\ns{quantile="0.5"} 1\ns_sum 2\ns_count 3\n'),
  post('job/g', 'b 3\nc NaN\n'),
  post('job/h/instance/i', 'a{instance="other"} 1\n'),
  post('job/k', 'a{instance="kept"} +Inf\n'),
  put('job/g', 'c 4\n'),
  put('job/g', ''),
  remove('job/unknown'),
  remove('job/h/instance/i'),
  remove('job/h/instance'),
  put(
    'job/p',
    encodeProtobufPage([
      { name: 'p_total', help: 'P', type: 'counter', metrics: [{ labels: ['k', 'v'], value: 5 }] },
      {
        name: 'ph',
        help: '',
        type: 'histogram',
        metrics: [
          {
            labels: [],
            count: 2,
            sum: 3,
            buckets: [
              { bound: 1, count: 1 },
              { bound: Infinity, count: 2 },
            ],
          },
        ],
      },
    ]),
    PROTOBUF,
  ),
  put('job/p', 'not protobuf', PROTOBUF),
  put('job/z', gzipSync('z 1\n'), { 'content-encoding': 'gzip' }),
  put('job/z', 'no gzip', { 'content-encoding': 'gzip' }),
  { method: 'PATCH', path: '/metrics/job/a' },
  { method: 'GET', path: '/metrics/job/a' },
  { method: 'PUT', path: '/metrics' },
  { method: 'PUT', path: '/api/v1/admin/wipe' },
  put('job/last', '# TYPE x gauge\nx 1\n'),
]

test.runIf(peer !== undefined)(
  'the push gateway answers the same requests with the same statuses, and holds the same samples',
  { timeout: 30_000 },
  async () => {
    const stand = gatewayStand({}, { clock: new HandClock(1.7e12) })
    const { gateway } = stand
    const app = await createHttp(
      standIn({
        pushGateway: {
          config: pushGateway.parse({}),
          push: (request) => gateway.push(request),
          delete: (path) => gateway.delete(path),
          wipe: () => gateway.wipe(),
          metrics: async () =>
            Buffer.from(JSON.stringify({ data: gatewayMetrics(gateway.records()) })),
          views: async () => gateway.views(),
        },
        admin: {
          deleteSeries: async () => undefined,
          cleanTombstones: async () => undefined,
          snapshot: async () => ({ name: '' }),
        },
      }),
    )
    const port = await freePort()
    const base = `http://127.0.0.1:${port}`
    const child = spawn(
      peer!,
      [`--web.listen-address=127.0.0.1:${port}`, '--web.enable-admin-api'],
      {
        stdio: 'ignore',
      },
    )
    try {
      await isReady(base)
      for (const [i, { method, path, body, headers }] of SEQUENCE.entries()) {
        const sent = body === undefined ? {} : { body: Buffer.from(body) }
        const theirs = await fetch(base + path, { method, headers: headers ?? {}, ...sent })
        await theirs.text()
        const ours = await app.inject({
          method: method as 'PUT',
          url: path,
          headers: { ...headers },
          ...(body === undefined ? {} : { payload: Buffer.from(body) }),
        })
        expect([i, path, ours.statusCode]).toEqual([i, path, theirs.status])
        expect([i, samplesOf(gateway)]).toEqual([i, await theirSamples(base)])
        expect(shapeOf((await app.inject('/api/v1/metrics')).json())).toEqual(
          shapeOf(await (await fetch(`${base}/api/v1/metrics`)).json()),
        )
      }
    } finally {
      await gateway[Symbol.asyncDispose]()
      await app[Symbol.asyncDispose]()
      await stopped(child)
    }
  },
)

/** What times are differs: only whether there is one is compared. */
function comparable(labels: Labels, value: number): string {
  const isTime = /^push_(failure_)?time_seconds$/.test(labels.metricName)
  const shown = isTime ? String(value > 0) : String(value)
  const le = labels.get('le')
  const alike =
    le === '' ? labels : labels.with('le', String(Number(le.replace('+Inf', 'Infinity'))))
  return `${alike.toString()} ${shown}`
}

function samplesOf(gateway: ReturnType<typeof gatewayStand>['gateway']): string[] {
  return gateway
    .records()
    .flatMap(({ families }) => families.flatMap(({ series }) => series))
    .map(({ labels, value }) => comparable(Labels.fromFlat(labels), Number(value)))
    .toSorted()
}

async function theirSamples(base: string): Promise<string[]> {
  const bytes = Buffer.from(await (await fetch(`${base}/metrics`)).text())
  const table = new SeriesTable()
  const page = new ExpositionPage()
  expect(parseText(bytes, table, page)).toBeUndefined()
  return Array.from({ length: page.length }, (_, i) => {
    const labels = Labels.fromFlat(table.pairs(page.series[i]!))
    return labels.get('job') === '' ? '' : comparable(labels, page.values[i]!)
  })
    .filter((line) => line !== '')
    .toSorted()
}

/** Without times; groups in order of their labels. */
function shapeOf(answer: unknown): unknown {
  const { data } = answer as { data: { labels: Record<string, string> }[] }
  const key = ({ labels }: { labels: Record<string, string> }): string => Labels.of(labels).key()
  const sorted = data.toSorted((x, y) => (key(x) < key(y) ? -1 : 1))
  return JSON.parse(
    JSON.stringify(sorted, (name, value: unknown) =>
      name === 'time_stamp' || /^1\.7\d*e\+09$/.test(String(value)) ? 'a time' : value,
    ),
  ) as unknown
}

async function isReady(base: string): Promise<void> {
  for (;;) {
    const reply = await fetch(`${base}/-/ready`).catch(() => undefined)
    if (reply?.ok === true) return
    await systemClock.sleep(50)
  }
}
