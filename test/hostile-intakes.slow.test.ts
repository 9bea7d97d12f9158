import { once } from 'node:events'
import { type Server, createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Worker } from 'node:worker_threads'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type WeirProcess, eventually, getJson, startWeir, value } from './weir-process.ts'

/**
 * More than Weir can take, in every way that acknowledges, for so long. Memory stays bounded, /-/healthy and
 * the page's questions are answered, and what was acknowledged is there: sent = kept + counted.
 */

const FLOOD_MS = 10_000
const GROWTH_BYTES_MAX = 1200 * 2 ** 20
/** Series that one metric may have, which each flood passes by far. */
const SERIES_MAX = 20_000
const HEALTHY_MS_MAX = 5000
/** More than may be under way (128). */
const SENDERS = 150

/** Asks for health ten times a second, on a thread that does nothing else; tells how long the slowest took. */
const LOOKING_AFTER = `
  const { parentPort, workerData } = require('node:worker_threads')
  let slowestMs = 0
  let asked = 0
  const look = async () => {
    const began = performance.now()
    const reply = await fetch(workerData + '/-/healthy')
    await reply.text()
    slowestMs = Math.max(slowestMs, reply.status === 200 ? performance.now() - began : Infinity)
    asked++
    setTimeout(look, 100)
  }
  void look()
  parentPort.on('message', () => parentPort.postMessage({ slowestMs, asked }))
`

let weir: WeirProcess
let endless: Server
let residentBefore: number

beforeAll(async () => {
  const line = Buffer.from('a 1\n'.repeat(100_000))
  endless = createServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4' })
    const more = (): void => {
      while (!response.destroyed && response.write(line));
    }
    response.on('drain', more)
    more()
  })
  await new Promise<void>((resolve) => endless.listen(0, '127.0.0.1', resolve))
  const target = `127.0.0.1:${(endless.address() as AddressInfo).port}`
  const config = {
    global: { scrape_interval: '5s' },
    statsd: { flush_interval: '1s' },
    pushgateway: { max_groups: 500, max_series: 50_000 },
    scrape_configs: [{ job_name: 'endless', static_configs: [{ targets: [target] }] }],
    storage: { metrics: { limits: { series_per_metric: SERIES_MAX } } },
  }
  weir = await startWeir({ config: JSON.stringify(config) })
  residentBefore = await resident()
})
afterAll(async () => {
  await weir[Symbol.asyncDispose]()
  endless.closeAllConnections()
  endless.close()
})

async function resident(): Promise<number> {
  return (await getJson<{ residentBytes: number }>(`${weir.web}/api/weir/v1/status`)).residentBytes
}

/** What became of one request's samples. */
interface Fate {
  readonly kept: number
  readonly refused: number
}

interface Flooded {
  sent: number
  kept: number
  refused: number
  busy: number
}

/** Sends from many senders at once and looks after Weir meanwhile. */
async function flood(
  senders: number,
  samples: number,
  send: (id: number) => Promise<Fate | 'busy'>,
): Promise<Flooded> {
  const end = performance.now() + FLOOD_MS
  const all = { sent: 0, kept: 0, refused: 0, busy: 0 }
  let id = 0
  const sender = async (): Promise<void> => {
    while (performance.now() < end) {
      const fate = await send(id++)
      if (fate === 'busy') {
        all.busy++
        await new Promise((resolve) => setTimeout(resolve, 200))
        continue
      }
      all.sent += samples
      all.kept += fate.kept
      all.refused += fate.refused
    }
  }
  const watch = async (): Promise<void> => {
    while (performance.now() < end) {
      expect((await fetch(`${weir.web}/api/weir/v1/overview`)).status).toBe(200)
      expect((await resident()) - residentBefore).toBeLessThan(GROWTH_BYTES_MAX)
      await new Promise((resolve) => setTimeout(resolve, 250))
    }
  }
  const nurse = new Worker(LOOKING_AFTER, { eval: true, workerData: weir.web })
  await Promise.all([watch(), ...Array.from({ length: senders }, sender)])
  const seen = once(nurse, 'message') as Promise<[{ slowestMs: number; asked: number }]>
  nurse.postMessage('')
  const [{ slowestMs, asked }] = await seen
  await nurse.terminate()
  expect(asked).toBeGreaterThan(5)
  expect(slowestMs).toBeLessThan(HEALTHY_MS_MAX)
  return all
}

/** Of `/metrics`: the sum of a counter over its labels that match. */
async function counted(name: string, labels = ''): Promise<number> {
  const page = await (await fetch(`${weir.web}/metrics`)).text()
  return page
    .split('\n')
    .filter((line) => line.startsWith(`${name}{`) && line.includes(labels))
    .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' '))), 0)
}

const post = (path: string, body: string, type: string): Promise<Response> =>
  fetch(weir.web + path, { method: 'POST', headers: { 'content-type': type }, body })

const refusedIn = (text: string): number => Number(/(\d+) metric_series_limit/.exec(text)?.[1] ?? 0)

const BATCH = 4000
const ids = Array.from({ length: BATCH }, (_, i) => i)

/** Everything sent is kept or counted, each series that was kept is there, and no more than allowed. */
async function balances(all: Flooded, part: string, metric: string): Promise<void> {
  expect(all.sent).toBeGreaterThan(2 * SERIES_MAX)
  expect(all.kept + all.refused).toBe(all.sent)
  expect(await value(weir.web, `count(${metric})`)).toBe(SERIES_MAX)
  expect(all.kept).toBe(SERIES_MAX)
  expect(await counted(`weir_${part}_rejected_total`, 'metric_series_limit')).toBe(all.refused)
  expect(await counted(`weir_${part}_requests_total`, 'BUSY')).toBe(all.busy)
}

test(
  'series without end by line protocol',
  async () => {
    const all = await flood(SENDERS, BATCH, async (id) => {
      const lines = ids.map((i) => `flood,id=${id}_${i} v=1`).join('\n')
      const reply = await post('/write', lines, 'text/plain')
      const text = await reply.text()
      if (reply.status === 503) return 'busy'
      const refused = refusedIn(text)
      expect(reply.status).toBe(refused === 0 ? 204 : 400)
      return { kept: BATCH - refused, refused }
    })
    expect(all.busy).toBeGreaterThan(0)
    await balances(all, 'influx', 'flood_v')
  },
  12 * FLOOD_MS,
)

test(
  'series without end by OTLP',
  async () => {
    const all = await flood(SENDERS, BATCH, async (id) => {
      const timeUnixNano = `${BigInt(Date.now()) * 1_000_000n}`
      const dataPoints = ids.map((i) => ({
        timeUnixNano,
        asInt: '1',
        attributes: [{ key: 'id', value: { stringValue: `${id}_${i}` } }],
      }))
      const metrics = [{ name: 'otlp_flood', gauge: { dataPoints } }]
      const body = JSON.stringify({ resourceMetrics: [{ scopeMetrics: [{ metrics }] }] })
      const reply = await post('/v1/metrics', body, 'application/json')
      const text = await reply.text()
      if (reply.status === 503) return 'busy'
      expect(reply.status).toBe(200)
      const refused = Number(/"rejectedDataPoints":"(\d+)"/.exec(text)?.[1] ?? 0)
      return { kept: BATCH - refused, refused }
    })
    await balances(all, 'otlp', 'otlp_flood')
  },
  12 * FLOOD_MS,
)

test(
  'groups without end for the push gateway',
  async () => {
    const all = await flood(SENDERS, 1, async (id) => {
      const reply = await post(`/metrics/job/flood_${id}`, 'group_flood 1\n', 'text/plain')
      const text = await reply.text()
      if (reply.status === 503) return 'busy'
      if (reply.status === 200) return { kept: 1, refused: 0 }
      expect([reply.status, text]).toEqual([400, expect.stringContaining('max_groups')])
      return { kept: 0, refused: 1 }
    })
    expect(all).toMatchObject({ kept: 500 })
    expect(all.refused).toBeGreaterThan(0)
    expect(await value(weir.web, 'count(group_flood)')).toBe(500)
    const limit = 'outcome="PUSH_GATEWAY_LIMIT"'
    expect(await counted('weir_push_gateway_requests_total', limit)).toBe(all.refused)
    expect(await counted('weir_push_gateway_requests_total', 'BUSY')).toBe(all.busy)
  },
  12 * FLOOD_MS,
)

test(
  'questions without end to /federate and the push gateway',
  async () => {
    const paths = [
      '/federate?match[]={__name__!=""}',
      '/api/v1/metrics',
      '/api/weir/v1/push-groups',
    ]
    const all = await flood(20, 1, async (id) => {
      const reply = await fetch(weir.web + paths[id % paths.length]!)
      await reply.arrayBuffer()
      if (reply.status === 503) return 'busy'
      expect(reply.status).toBe(200)
      return { kept: 1, refused: 0 }
    })
    expect(all.kept).toBeGreaterThan(20)
  },
  12 * FLOOD_MS,
)

test('after all that nothing is under way, nothing failed, and the endless target is known as one', async () => {
  const page = await (await fetch(`${weir.web}/metrics`)).text()
  expect(page).toContain('weir_store_commits_failed_total 0')
  for (const part of ['influx', 'otlp', 'push_gateway']) {
    expect(page).toContain(`weir_${part}_requests_in_flight 0`)
  }
  await eventually('up 0', async () => (await value(weir.web, 'up{job="endless"}')) === 0)
  expect(weir.log()).not.toContain('BUG')
}, 60_000)
